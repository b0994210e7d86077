/** A message that was handed over: news of it, its end by time, its way back. */

import { MOVES, READS, STORES } from './script-kinds.ts';

/** [partition, message, part, network id, state, reports, entry…] -> ended, noted or gone. */
export const CONFIRM = `${MOVES}
local k, id, part, network, state = tag(num()), arg(), num(), arg(), arg()
local channel = where(k, id)
local j = journal(k, id)
if not channel or not j or j.state == 'D' or j.attempts == '0' then return 'gone' end
local known = decoded(j.parts)
put_part(known, part, network, state)
j.parts = encoded(known)
if j.state ~= 'H' or verdict(known) ~= state then
  write_journal(k, id, j)
  return 'noted'
end
call('ZREM', k .. ':t:' .. channel, id)
forget(k, id)
pushed()
return 'ended'
`;

/** [messages, (partition, message)…] -> [record, journal] each */
export const READ = `${READS}
local out = {}
for i = 1, num() do
  local k, id = tag(num()), arg()
  out[i] = { call('GET', k .. ':m:' .. id) or '', call('HGET', k .. ':j', id) or '' }
end
return out
`;

/** [channel, most, over for so long in ms, partitions, partition…] -> ids of the handed messages that ended by time. */
export const EXPIRE = `${MOVES}
local channel, left, until_text, out = arg(), num(), digits(now - num()), {}
for _ = 1, num() do
  local k = tag(num())
  local timers = k .. ':t:' .. channel
  if call('EXISTS', timers) == 1 then follow_clock(k, channel, true) end
  local over = call('ZRANGEBYSCORE', timers, '-inf', until_text, 'LIMIT', 0, left)
  if #over > 0 then
    local records = {}
    for i, id in ipairs(over) do
      records[i] = k .. ':m:' .. id
      out[#out + 1] = id
    end
    call('ZREM', timers, unpack(over))
    call('DEL', unpack(records))
    call('HDEL', k .. ':j', unpack(over))
    left = left - #over
  end
end
return out
`;

/** [channel, partition, ago in ms] -> how many handed messages wait in their lanes again. */
export const REWIND = `${MOVES}
local channel, k, ago = arg(), tag(num()), num()
local timers = k .. ':t:' .. channel
-- After a clock was set back nobody knows how long ago it was.
local function is_old(id)
  local j = ago > 0 and journal(k, id)
  local age = j and now - j.since
  return not age or age >= ago or age < 0
end
local order = {}
for _, id in ipairs(call('ZRANGE', timers, 0, -1)) do
  if is_old(id) then
    local _, _, sequence = where(k, id)
    order[#order + 1] = { id, sequence or 0 }
  end
end
-- The last first: each finds its place at the head.
table.sort(order, function(a, b) return a[2] > b[2] end)
for _, entry in ipairs(order) do
  back(k, entry[1], 0)
  call('ZREM', timers, entry[1])
end
return #order
`;

/** [partition, message, kind L or T, after in ms or keep] -> 1, or 0 when it is not handed. */
export const BOUNCE = `${MOVES}
local k, id, kind = tag(num()), arg(), arg()
local channel = where(k, id)
local j = journal(k, id)
if not channel or not j or j.state ~= 'H' then return 0 end
call('ZREM', k .. ':t:' .. channel, id)
if kind == 'L' then
  back(k, id, num())
elseif arg() == '1' then
  bury(k, id)
else
  forget(k, id)
end
return 1
`;

/** [channel, holder, partitions, partition…] -> how many lanes were freed. */
export const RELEASE = `${MOVES}
local channel, holder, freed = arg(), arg(), 0
for _ = 1, num() do
  local k = tag(num())
  local due = k .. ':due:' .. channel
  for _, lane in ipairs(call('ZRANGE', due, 0, -1)) do
    local _, _, who = holding(k, lane)
    if who == holder then
      follow_clock(k, channel, true)
      call('ZADD', due, now_text, lane)
      call('HDEL', k .. ':j', lane)
      freed = freed + 1
    end
  end
end
return freed
`;

/** [partition, transport and network id, message, window] -> the news that came before. */
export const BIND = `${MOVES}
local k, name = tag(num()), arg()
call('SET', k .. ':x:' .. name, arg(), 'PX', arg())
return call('LRANGE', k .. ':w:' .. name, 0, -1)
`;

/** [partition, transport and network id, news, window] */
export const KEEP = `${STORES}
local k, name, news, window = tag(num()), arg(), arg(), arg()
local list = k .. ':w:' .. name
if call('LLEN', list) < 16 then call('RPUSH', list, news) end
call('PEXPIRE', list, window)
return 1
`;
