/** A message on its way: stored, taken, tried, ended. */

import { MOVES, STORES } from './script-kinds.ts';

/** [entries, entry…] -> the id that each repeats, or '' where it is stored now. */
export const PUSH = `${STORES}
local out = {}
for i = 1, num() do out[i] = push() end
return out
`;

/**
 * [again, turn, channel, holder, lease, lanes, entries a lane, partitions, partition…]
 * -> [claims, partitions with more, next in ms]. A claim is [partition, lane, token, Redis' time, entry…], an
 * entry [id, record, journal]. `again`: the answer to the same turn was lost.
 */
export const CLAIM = `${MOVES}
local again, turn, channel, holder = num(), arg(), arg(), arg()
local lease, left, most = num(), num(), num()
local claims, more, soonest = {}, {}, -1

-- After a leap the clock was set ahead, or he who asks was paused: what he holds himself he has not left,
-- and he knows by another clock when its time is up. Once, he keeps it: all of it, as a leap is seen once.
local function kept_by_holder(k, due)
  for _, lane in ipairs(call('ZRANGEBYSCORE', due, '-inf', now_text)) do
    local _, _, who = holding(k, lane)
    if who == holder then call('ZADD', due, digits(now + lease), lane) end
  end
end

local function look(partition, k, due)
  if follow_clock(k, channel) > LEAP then kept_by_holder(k, due) end
  for _, lane in ipairs(again == 1 and call('ZRANGE', due, 0, -1) or {}) do
    local token, whence = holding(k, lane)
    if whence == turn then
      claims[#claims + 1] = taken(partition, channel, lane, token, lease)
      left = left - 1
    end
  end
  for _, lane in ipairs(call('ZRANGEBYSCORE', due, '-inf', now_text, 'LIMIT', 0, math.max(left, 0) + 1)) do
    if left <= 0 or room <= 0 then
      more[#more + 1] = partition
      break
    end
    local claim = take(partition, channel, lane, holder, turn, lease, most, (holding(k, lane)))
    if claim then
      left = left - 1
      claims[#claims + 1] = claim
    end
  end
  local next = call('ZRANGEBYSCORE', due, '(' .. now_text, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if next[2] then
    local wait = tonumber(next[2]) - now
    if soonest < 0 or wait < soonest then soonest = wait end
  end
end

for _ = 1, num() do
  local partition = num()
  local k = tag(partition)
  local due = k .. ':due:' .. channel
  -- With nothing to give away, only whether somebody waits counts.
  local crowded = again == 0 and (left <= 0 or room <= 0)
  if again == 0 and call('HEXISTS', k .. ':hold', channel) == 1 then
    -- All of it is on hold.
  elseif crowded and call('ZRANGEBYSCORE', due, '-inf', now_text, 'LIMIT', 0, 1)[1] then
    more[#more + 1] = partition
  else
    look(partition, k, due)
  end
end
return { claims, more, soonest }
`;

/**
 * [again, turn, requests, request…] -> a result each. A request begins with the count of its own
 * arguments, so that a fenced one can be passed over:
 * partition, channel, lane, token, lease, next, settlements, settlement…, reports, entry…
 */
export const SETTLE = `${MOVES}
local settle = {}

function settle.H(k, list, id, channel, confirmed, ended)
  call('LREM', list, 1, id)
  local keep, parts = num(), num()
  if keep == 0 then
    at = at + 2 * parts
    call('DEL', k .. ':m:' .. id)
    ended[#ended + 1] = id
    return
  end
  local j = journal(k, id) or unreadable()
  if parts > 0 or j.parts ~= '-' then
    local known = decoded(j.parts)
    for _ = 1, parts do put_part(known, num(), arg(), 'a') end
    j.parts = encoded(known)
    if verdict(known) then confirmed[#confirmed + 1] = id end
  end
  j.state, j.since = 'H', now_text
  write_journal(k, id, j)
  call('ZADD', k .. ':t:' .. channel, digits(now + keep), id)
end

function settle.T(k, list, id, _, _, ended)
  call('LREM', list, 1, id)
  if arg() == '1' then return bury(k, id) end
  call('DEL', k .. ':m:' .. id)
  ended[#ended + 1] = id
end

function settle.L(k, _, id)
  local j = journal(k, id) or unreadable()
  j.state, j.since = 'A', now_text
  write_journal(k, id, j)
  return num()
end

function settle.K(k, _, id)
  local j = journal(k, id) or unreadable()
  j.state = 'U'
  write_journal(k, id, j)
  return num()
end

-- Nothing left, so the intent is withdrawn; one that was found open stays open.
function settle.N(k, _, id)
  local j = journal(k, id)
  if not j or j.state ~= 'S' then return end
  if j.attempts == '1' and j.crashes == '0' and j.parts == '-' then
    call('HDEL', k .. ':j', id)
  else
    j.state, j.attempts, j.since = 'A', j.attempts - 1, now_text
    write_journal(k, id, j)
  end
end

-- Of a settlement that was made before: the handed messages of which there was news enough.
local function confirmed_of(k, settlements)
  local confirmed = {}
  for _ = 1, settlements do
    local kind, id = arg(), arg()
    if kind == 'H' then
      local _, parts = num(), num()
      at = at + 2 * parts
      local j = journal(k, id)
      if j and j.state == 'H' and verdict(decoded(j.parts)) then confirmed[#confirmed + 1] = id end
    elseif kind ~= 'N' then
      at = at + 1
    end
  end
  return confirmed
end

local again, turn = num(), arg()
local out = {}
for request = 1, num() do
  local count = num()
  local behind = at + count
  local partition, channel, lane, token, lease, most = num(), arg(), arg(), arg(), num(), num()
  local k = tag(partition)
  local list, due = k .. ':l:' .. lane, k .. ':due:' .. channel
  local held, whence, holder = holding(k, lane)
  if held == token then
    follow_clock(k, channel, true)
    -- What is taken out of the journal, all at once: the lane too, unless it is taken again.
    local wait, confirmed, ended = nil, {}, {}
    for _ = 1, num() do
      local kind, id = arg(), arg()
      wait = settle[kind](k, list, id, channel, confirmed, ended) or wait
    end
    pushed()
    local next, more = false, 0
    if call('LLEN', list) == 0 then
      call('ZREM', due, lane)
      ended[#ended + 1] = lane
    elseif most > 0 and not wait then
      -- An answer ends at its first nil.
      next = take(partition, channel, lane, holder, turn, lease, most) or false
    else
      local far = wait and held_back(k, channel, lane) == 'conversation'
      call('ZADD', due, far and FAR or digits(now + (wait or 0)), lane)
      ended[#ended + 1] = lane
      more = wait and 0 or 1
    end
    if #ended > 0 then call('HDEL', k .. ':j', unpack(ended)) end
    out[request] = { 'settled', next, more, confirmed }
  elseif again == 1 and (not held or whence == turn) then
    -- Within the lease nobody but this holder can have moved the lane on: it is done.
    local confirmed = confirmed_of(k, num())
    out[request] = { 'settled', held and taken(partition, channel, lane, held, lease) or false,
      0, confirmed }
  else
    out[request] = { 'fenced' }
  end
  at = behind
end
return out
`;

/** [partition, lane, token, message] -> 1, or 0 when fenced. A new intent after an open one was cleared up. */
export const REOPEN = `${MOVES}
local k, lane, token, id = tag(num()), arg(), arg(), arg()
local j = journal(k, id)
if holding(k, lane) ~= token or not j then return 0 end
j.state, j.attempts, j.since = 'S', j.attempts + 1, now_text
write_journal(k, id, j)
return 1
`;

/** [partition, lane, token, message, part, network id] -> 1, or 0 when fenced. */
export const PART = `${MOVES}
local k, lane, token, id = tag(num()), arg(), arg(), arg()
local j = journal(k, id)
if holding(k, lane) ~= token or not j then return 0 end
local known = decoded(j.parts)
put_part(known, num(), arg(), 'a')
j.parts = encoded(known)
write_journal(k, id, j)
return 1
`;
