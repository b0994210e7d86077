/**
 * What people see of the lanes, and what they do to them by hand. A script looks at one partition, so
 * that a long look holds up nobody.
 */

import { MOST_AHEAD } from '../queue.ts';
import { MOVES, READS } from './script-kinds.ts';

/** A message that is a lane of its own, or is kept, is named by its lane: of a long backlog little else is asked. */
const LANES = `
local function own_message(lane)
  return string.match(lane, '^k(.+)$') or string.match(lane, '%.(.+)$')
end
local function head_of(k, lane) return own_message(lane) or call('LINDEX', k .. ':l:' .. lane, 0) end
local function length_of(k, lane)
  return own_message(lane) and 1 or call('LLEN', k .. ':l:' .. lane)
end
`;

/**
 * [partition, most lanes, channels, channel…] -> [lanes, waiting, served, delayed, on hold, handed, dead,
 * oldest, partial] each.
 */
export const SURVEY = `${READS}${LANES}
local k, most, out = tag(num()), num(), {}
local any_hold = call('EXISTS', k .. ':hold') == 1
local dead = {}
for _, id in ipairs(call('ZRANGE', k .. ':dead', 0, most - 1)) do
  local channel = where(k, id)
  if channel then dead[channel] = (dead[channel] or 0) + 1 end
end
for _ = 1, num() do
  local channel = arg()
  local due = k .. ':due:' .. channel
  local lanes, waiting, served, delayed, on_hold, oldest = 0, 0, 0, 0, 0, ''
  local found = call('ZRANGE', due, 0, most - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    local lane, at = found[i], tonumber(found[i + 1])
    local head = head_of(k, lane)
    if head then
      lanes = lanes + 1
      waiting = waiting + length_of(k, lane)
      if oldest == '' or head < oldest then oldest = head end
      if at > now and call('HEXISTS', k .. ':j', lane) == 1 then
        served = served + 1
      elseif any_hold and held_back(k, channel, lane) then
        on_hold = on_hold + 1
      elseif at > now then
        delayed = delayed + 1
      end
    end
  end
  out[#out + 1] = { lanes, waiting, served, delayed, on_hold, call('ZCARD', k .. ':t:' .. channel),
    dead[channel] or 0, oldest, call('ZCARD', due) > most and 1 or 0 }
end
return out
`;

/**
 * [partition, most lanes, most, after or '', conversation or '', channels, channel…]
 * -> [channel, lane, messages, head] each, the oldest head first: one more than asked for where there is one.
 */
export const HEADS = `${READS}${LANES}
local k, looked, most, after, conversation = tag(num()), num(), num(), arg(), arg()
local out = {}
for _ = 1, num() do
  local channel = arg()
  for _, lane in ipairs(call('ZRANGE', k .. ':due:' .. channel, 0, looked - 1)) do
    if conversation == '' or conversation_of(lane) == conversation then
      local head = head_of(k, lane)
      if head and head > after then out[#out + 1] = { channel, lane, 0, head } end
    end
  end
end
table.sort(out, function(a, b) return a[4] < b[4] end)
for i = #out, most + 2, -1 do out[i] = nil end
for _, each in ipairs(out) do each[3] = length_of(k, each[2]) end
return out
`;

/**
 * [partition, channel, skip, most] -> lanes looked at, head…: of all where the channel is on hold, of the
 * conversations on hold where it is not. From the end of the index, as what is new in it would else hide some.
 */
export const HELD = `${READS}${LANES}
local k, channel, skip, most = tag(num()), arg(), num(), num()
if call('EXISTS', k .. ':hold') == 0 then return { 0 } end
local from = call('HEXISTS', k .. ':hold', channel) == 1 and 0 or tonumber(FAR_FROM)
local out = { 0 }
local found = call('ZREVRANGE', k .. ':due:' .. channel, skip, skip + most - 1, 'WITHSCORES')
for i = 1, #found, 2 do
  if tonumber(found[i + 1]) < from then break end
  out[1] = out[1] + 1
  out[#out + 1] = head_of(k, found[i]) or nil
end
return out
`;

/** [partition, messages, message…] -> [header, journal, due in ms or '', ahead, served, on hold] each */
export const LOOK = `${READS}
local k, out = tag(num()), {}
for i = 1, num() do
  local id = arg()
  local header = call('GETRANGE', k .. ':m:' .. id, 0, 255)
  local text = call('HGET', k .. ':j', id) or ''
  local channel, lane = where(k, id)
  local in_lane = channel and not string.match(text, '^[HD]')
  local at = in_lane and call('ZSCORE', k .. ':due:' .. channel, lane)
  if at then
    local wait = tonumber(at) - now
    local place = call('LPOS', k .. ':l:' .. lane, id, 'MAXLEN', ${MOST_AHEAD}) or ${MOST_AHEAD}
    local served = wait > 0 and call('HEXISTS', k .. ':j', lane) == 1
    out[i] = { header, text, digits(math.max(wait, 0)), place, served and 1 or 0,
      held_back(k, channel, lane) and 1 or 0 }
  else
    out[i] = { header, text, '', 0, 0, 0 }
  end
end
return out
`;

/** [partition, message] -> hurried, served, on-hold, handed, dead or gone */
export const HURRY = `${MOVES}
local k, id = tag(num()), arg()
local channel, lane = where(k, id)
if not channel then return 'gone' end
local j = journal(k, id)
if j and j.state == 'H' then return 'handed' end
if j and j.state == 'D' then return 'dead' end
if held_back(k, channel, lane) then return 'on-hold' end
local due = k .. ':due:' .. channel
local at = tonumber(call('ZSCORE', due, lane) or '0')
if at > now and call('HEXISTS', k .. ':j', lane) == 1 then return 'served' end
if at == 0 or at > now then
  follow_clock(k, channel, true)
  call('ZADD', due, now_text, lane)
end
return 'hurried'
`;

/** [partition, channel, skip, most] -> lanes looked at, head of each that was hurried… */
export const HURRY_ALL = `${MOVES}${LANES}
local k, channel, skip, most = tag(num()), arg(), num(), num()
local due = k .. ':due:' .. channel
if call('EXISTS', due) == 0 or call('HEXISTS', k .. ':hold', channel) == 1 then return { 0 } end
follow_clock(k, channel, true)
local lanes = call('ZRANGEBYSCORE', due, '(' .. now_text, '(' .. FAR_FROM, 'LIMIT', skip, most)
local out = { #lanes }
for _, lane in ipairs(lanes) do
  local waits = call('HEXISTS', k .. ':j', lane) == 0 and not held_back(k, channel, lane)
  local head = waits and head_of(k, lane)
  if head then
    call('ZADD', due, now_text, lane)
    out[#out + 1] = head
  end
end
return out
`;

/**
 * [partition, message, attempts, reports, entry…] -> withdrawn, changed, sending, unknown, handed, dead
 * or gone. Only where it waits: what is under way can not be called back.
 */
export const WITHDRAW = `${MOVES}
local k, id, attempts = tag(num()), arg(), arg()
local channel, lane = where(k, id)
if not channel then return 'gone' end
local j = journal(k, id)
local open = j and ({ S = 'sending', U = 'unknown', H = 'handed', D = 'dead' })[j.state]
if open then return open end
if (j and j.attempts or '0') ~= attempts then return 'changed' end
local list, due = k .. ':l:' .. lane, k .. ':due:' .. channel
local was_head = call('LINDEX', list, 0) == id
call('LREM', list, 1, id)
forget(k, id)
if call('EXISTS', list) == 0 then
  call('ZREM', due, lane)
  call('HDEL', k .. ':j', lane)
elseif was_head and call('HEXISTS', k .. ':j', lane) == 0 and not held_back(k, channel, lane) then
  -- It may have been this one alone that had to wait.
  follow_clock(k, channel, true)
  call('ZADD', due, now_text, lane)
end
pushed()
return 'withdrawn'
`;

/**
 * [partition, channel, channel or conversation, note] -> 1, or 0 when it was on hold before. What is under
 * way, or was left so, is put behind all others by whoever settles or takes it.
 */
export const HOLD = `${MOVES}
local k, channel, name, note = tag(num()), arg(), arg(), arg()
local due = k .. ':due:' .. channel
for _, lane in ipairs(name == channel and {} or call('ZRANGE', due, 0, -1)) do
  if conversation_of(lane) == name and call('HEXISTS', k .. ':j', lane) == 0 then
    call('ZADD', due, FAR, lane)
  end
end
return call('HSETNX', k .. ':hold', name, note)
`;

/** [partition, channel, channel or conversation] -> 1, or 0 when it was not on hold */
export const RESUME = `${MOVES}
local k, channel, name = tag(num()), arg(), arg()
local was = call('HDEL', k .. ':hold', name)
local due = k .. ':due:' .. channel
follow_clock(k, channel, true)
for _, lane in ipairs(call('ZRANGEBYSCORE', due, FAR_FROM, '+inf')) do
  if conversation_of(lane) == name then call('ZADD', due, now_text, lane) end
end
return was
`;

/** [partition] -> name, note… */
export const HOLDS = `${READS}
return call('HGETALL', tag(num()) .. ':hold')
`;
