import { PRELUDE } from './prelude.ts';

/** [entries, entry…] -> the id that each repeats, or '' where it is stored now. */
export const PUSH = `${PRELUDE}
local out = {}
for i = 1, num() do out[i] = push() end
return out
`;

/** [channel, holder, lease, lanes, entries a lane, partitions, partition…] -> [claims, partitions with more, next in ms] */
export const CLAIM = `${PRELUDE}
local channel, holder, lease, left, most = arg(), arg(), num(), num(), num()
local claims, more, soonest = {}, {}, -1
for _ = 1, num() do
  local partition = num()
  local k = tag(partition)
  local due = k .. ':due:' .. channel
  local ready = redis.call('ZRANGEBYSCORE', due, '-inf', now, 'LIMIT', 0, left + 1)
  for i, lane in ipairs(ready) do
    if left == 0 or i > left + 1 then
      more[#more + 1] = partition
      break
    end
    local claim = take(k, channel, lane, holder, lease, most)
    if claim then
      left = left - 1
      table.insert(claim, 1, partition)
      claims[#claims + 1] = claim
    end
  end
  local next = redis.call('ZRANGEBYSCORE', due, '(' .. now, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if next[2] then
    local wait = tonumber(next[2]) - now
    if soonest < 0 or wait < soonest then soonest = wait end
  end
end
return { claims, more, soonest }
`;

/**
 * [requests, request…] -> a result each. A request begins with the count of its own arguments, so
 * that a fenced one can be passed over:
 * partition, channel, lane, token, holder, lease, next, settlements, settlement…, reports, entry…
 */
export const SETTLE = `${PRELUDE}
local out = {}
for request = 1, num() do
  local count = num()
  local last = at + count
  local partition, channel, lane, token, holder, lease, most =
    num(), arg(), arg(), arg(), arg(), num(), num()
  local k = tag(partition)
  local list, due = k .. ':l:' .. lane, k .. ':due:' .. channel
  if redis.call('HGET', k .. ':o', lane) ~= token .. ' ' .. holder then
    at = last
    out[request] = { 'fenced' }
  else
    local wait, confirmed = -1, {}
    for _ = 1, num() do
      local kind, id = arg(), arg()
      if kind == 'H' then
        local keep, parts = num(), num()
        redis.call('LREM', list, 1, id)
        local j = journal(k, id)
        if parts > 0 then
          local known = decoded(j.parts)
          for _ = 1, parts do put_part(known, num(), arg(), 'a') end
          j.parts = encoded(known)
          if verdict(known) then confirmed[#confirmed + 1] = id end
        end
        if keep == 0 then
          forget(k, id)
        else
          j.state, j.since = 'H', now
          record_journal(k, id, j)
          redis.call('ZADD', k .. ':t:' .. channel, now + keep, id)
        end
      elseif kind == 'T' then
        redis.call('LREM', list, 1, id)
        finish(k, id, arg())
      else
        local j = journal(k, id)
        if kind == 'L' then
          j.state, wait = 'A', num()
          record_journal(k, id, j)
        elseif kind == 'K' then
          j.state, wait = 'U', num()
          record_journal(k, id, j)
        elseif j.state == 'S' then
          -- Untouched: nothing left, so its intent is withdrawn.
          j.attempts = j.attempts - 1
          if j.attempts == 0 and j.crashes == 0 and j.parts == '-' then
            redis.call('HDEL', k .. ':j', id)
          else
            j.state = 'A'
            record_journal(k, id, j)
          end
        end
      end
    end
    for _ = 1, num() do push() end
    local next, more = false, 0
    if redis.call('LLEN', list) == 0 then
      redis.call('ZREM', due, lane)
      redis.call('HDEL', k .. ':o', lane)
    elseif wait >= 0 then
      redis.call('ZADD', due, now + wait, lane)
      redis.call('HDEL', k .. ':o', lane)
    elseif most > 0 then
      next = take(k, channel, lane, holder, lease, most)
      table.insert(next, 1, partition)
    else
      redis.call('ZADD', due, now, lane)
      redis.call('HDEL', k .. ':o', lane)
      more = 1
    end
    out[request] = { 'settled', next, more, confirmed }
  end
end
return out
`;

/** [partition, lane, token, holder, message] -> 1, or 0 when fenced. A new intent after an open one was cleared up. */
export const REOPEN = `${PRELUDE}
local k, lane, token, holder, id = tag(num()), arg(), arg(), arg(), arg()
if redis.call('HGET', k .. ':o', lane) ~= token .. ' ' .. holder then return 0 end
local j = journal(k, id)
j.state, j.attempts, j.since = 'S', j.attempts + 1, now
record_journal(k, id, j)
return 1
`;

/** [partition, lane, token, holder, message, part, network id] -> 1, or 0 when fenced. */
export const PART = `${PRELUDE}
local k, lane, token, holder, id = tag(num()), arg(), arg(), arg(), arg()
if redis.call('HGET', k .. ':o', lane) ~= token .. ' ' .. holder then return 0 end
local j = journal(k, id)
local known = decoded(j.parts)
put_part(known, num(), arg(), 'a')
j.parts = encoded(known)
record_journal(k, id, j)
return 1
`;

/** [partition, message, part, network id, state, reports, entry…] -> ended, noted or gone. */
export const CONFIRM = `${PRELUDE}
local k, id, part, network, state = tag(num()), arg(), num(), arg(), arg()
local channel = where(k, id)
local j = journal(k, id)
if not channel or not j or j.state == 'D' or j.state == 'A' then return 'gone' end
local known = decoded(j.parts)
put_part(known, part, network, state)
j.parts = encoded(known)
local ends = j.state == 'H' and verdict(known)
if not ends then
  record_journal(k, id, j)
  return 'noted'
end
redis.call('ZREM', k .. ':t:' .. channel, id)
forget(k, id)
for _ = 1, num() do push() end
return 'ended'
`;

/** [partition, message] -> [record, journal] */
export const READ = `${PRELUDE}
local k, id = tag(num()), arg()
return { redis.call('GET', k .. ':m:' .. id), redis.call('HGET', k .. ':j', id) }
`;

/** [channel, most, partitions, partition…] -> ids of the handed messages that ended by time. */
export const EXPIRE = `${PRELUDE}
local channel, left, out = arg(), num(), {}
for _ = 1, num() do
  local k = tag(num())
  local timers = k .. ':t:' .. channel
  if left > 0 then
    local over = redis.call('ZRANGEBYSCORE', timers, '-inf', now, 'LIMIT', 0, left)
    for _, id in ipairs(over) do
      redis.call('ZREM', timers, id)
      forget(k, id)
      out[#out + 1] = id
      left = left - 1
    end
  end
end
return out
`;

/** [channel, partition] -> how many handed messages wait at the heads of their lanes again. */
export const REWIND = `${PRELUDE}
local channel, k = arg(), tag(num())
local timers = k .. ':t:' .. channel
local ids, order = redis.call('ZRANGE', timers, 0, -1), {}
for i, id in ipairs(ids) do
  local _, _, sequence = where(k, id)
  order[i] = { id, sequence or 0 }
end
-- The last first: each is put before those that came after it.
table.sort(order, function(a, b) return a[2] > b[2] end)
for _, entry in ipairs(order) do
  redis.call('ZREM', timers, entry[1])
  back(k, entry[1], 0, false)
end
return #order
`;

/** [partition, message, kind L or T, after in ms or keep] -> 1, or 0 when it is not handed. */
export const BOUNCE = `${PRELUDE}
local k, id, kind = tag(num()), arg(), arg()
local j = journal(k, id)
if not j or j.state ~= 'H' then return 0 end
local channel = where(k, id)
redis.call('ZREM', k .. ':t:' .. channel, id)
if kind == 'L' then back(k, id, num(), false) else finish(k, id, arg()) end
return 1
`;

/** [channel, holder, partition] -> how many lanes were freed. */
export const RELEASE = `${PRELUDE}
local channel, holder, k, freed = arg(), arg(), tag(num()), 0
local held = redis.call('HGETALL', k .. ':o')
for i = 1, #held, 2 do
  if string.match(held[i + 1], '^%d+ (.*)$') == holder
    and redis.call('ZSCORE', k .. ':due:' .. channel, held[i]) then
    redis.call('ZADD', k .. ':due:' .. channel, now, held[i])
    redis.call('HDEL', k .. ':o', held[i])
    freed = freed + 1
  end
end
return freed
`;

/** [partition, most] -> [id, record, journal] each, the latest first. */
export const DEAD = `${PRELUDE}
local k, out = tag(num()), {}
for i, id in ipairs(redis.call('ZREVRANGE', k .. ':dead', 0, num() - 1)) do
  out[i] = { id, redis.call('GET', k .. ':m:' .. id) or '', redis.call('HGET', k .. ':j', id) or '' }
end
return out
`;

/** [partition, message, verb revive or discard, deadline] -> 1, or 0 when there is none. */
export const BURY = `${PRELUDE}
local k, id, verb, deadline = tag(num()), arg(), arg(), arg()
if redis.call('ZREM', k .. ':dead', id) == 0 then return 0 end
if verb == 'discard' then
  forget(k, id)
else
  local record = redis.call('GET', k .. ':m:' .. id)
  redis.call('SET', k .. ':m:' .. id, (string.gsub(record, '^1 (%d+) %d+ ', '1 %1 ' .. deadline .. ' ')))
  redis.call('HSET', k .. ':j', id, 'A 0 0 0 ' .. now .. ' -')
  back(k, id, 0, true)
end
return 1
`;

/** [partition, transport and network id, message, window] -> the news that came before. */
export const BIND = `${PRELUDE}
local k, name = tag(num()), arg()
redis.call('SET', k .. ':x:' .. name, arg(), 'PX', arg())
return redis.call('LRANGE', k .. ':w:' .. name, 0, -1)
`;

/** [partition, transport and network id, news, window] */
export const KEEP = `${PRELUDE}
local k, name = tag(num()), arg()
local list = k .. ':w:' .. name
if redis.call('LLEN', list) < 16 then redis.call('RPUSH', list, arg()) else arg() end
redis.call('PEXPIRE', list, arg())
return 1
`;
