import { CRASHES_TO_PARK } from '../lane-store.ts';

/**
 * What the scripts share. A script takes its arguments from ARGV by a cursor, so that one call can
 * carry many requests: with one round trip and one fsync for all of them.
 *
 * A record is `1 <accepted> <deadline> <sequence> <channel> <lane>\n<event>`; its first character is
 * the version of the format. A journal entry is `<state> <attempts> <crashes> <token> <since> <parts>`
 * with the states A (waiting again), S (sending), U (unknown), H (handed), D (dead), and parts as
 * JSON `[[part, network id, "a" | "d" | "f"], …]` or `-`. A message without a journal entry waits
 * and was never tried: that is what most of a backlog looks like, and it costs nothing more.
 * While somebody drains a lane, the journal says `<lane>` -> `<token> <turn> <holder>`; the turn names
 * the very call that took it, so that a call whose answer was lost can be repeated and gets the same
 * answer. Lanes begin with a small letter and messages with a digit, so one hash keeps both, and
 * taking or leaving a lane is one write with its intents.
 *
 * Nothing in a record or journal is believed: a script that ends in an error has done half of its
 * work, and a lane whose head it can not read would never move again. What can not be read is
 * handed out as it is, and whoever serves the lane parks it.
 *
 * Times are Redis' own, so that processes whose clocks differ agree.
 */
export const PRELUDE = `
local call = redis.call
local at = 0
local function arg() at = at + 1; return ARGV[at] end
local function num() at = at + 1; return tonumber(ARGV[at]) end
-- As text a number is given to a command; as it is, it would be printed again for each.
local function digits(number) return string.format('%.0f', number) end
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local now_text = digits(now)

local function tag(partition) return string.format('pst:{p%02d}', partition) end

-- A journal that can not be read: something may have left, and it is not tried again.
local function unreadable()
  return { state = 'U', attempts = '1', crashes = '${CRASHES_TO_PARK}', token = '0', since = now_text, parts = '-' }
end

-- All fields stay text: most of them are only written again.
local function parsed(text)
  if not text then return nil end
  local state, attempts, crashes, token, since, parts =
    string.match(text, '^([ASUHD]) (%d+) (%d+) (%d+) (%d+) (.+)$')
  if not state then return unreadable() end
  return { state = state, attempts = attempts, crashes = crashes, token = token, since = since,
    parts = parts }
end

local function written(j)
  return j.state .. ' ' .. j.attempts .. ' ' .. j.crashes .. ' ' .. j.token .. ' ' .. j.since
    .. ' ' .. j.parts
end

-- One number for all that a script does in a partition: greater than any before.
local ticks = {}
local function tick(k)
  if not ticks[k] then ticks[k] = call('INCR', k .. ':n') end
  return ticks[k]
end

-- The place of a message in the old order of its lane.
local pushes = 0
local function sequence_of(k)
  pushes = pushes + 1
  if pushes % 4096 == 0 then ticks[k] = nil end
  return digits(tick(k) * 4096 + pushes % 4096)
end

local function journal(k, id) return parsed(call('HGET', k .. ':j', id)) end
local function write_journal(k, id, j) call('HSET', k .. ':j', id, written(j)) end

local function forget(k, id)
  call('DEL', k .. ':m:' .. id)
  call('HDEL', k .. ':j', id)
end

-- Where a message belongs: channel, lane, sequence; nothing when its record can not be read.
local function where(k, id)
  local header = call('GETRANGE', k .. ':m:' .. id, 0, 255)
  local sequence, channel, lane = string.match(header, '^1 %d+ %d+ (%d+) (%S+) (%S+)\\n')
  return channel, lane, tonumber(sequence)
end

-- A clock that was set back would hold up all that waits for a time, so what waits moves with it. It is
-- known to be set back only where it was noted how far it had come: whoever writes a time notes it before.
-- What was under way then began so much earlier, too. Beside it stands when somebody looked last: returns
-- how long ago that was, to who looks.
-- Whoever serves looks every few seconds. After a leap the clock was set ahead, or nobody was there: that
-- is no time in which a late error or news of what was handed over could have come, so it does not count.
local LEAP = 15000
local followed = {}
local function follow_clock(k, channel, writes)
  local key = k .. ':clock:' .. channel
  if followed[key] then return 0 end
  followed[key] = true
  local noted, last = string.match(call('GET', key) or '', '^(%d+) ?(%d*)$')
  local seen = tonumber(noted) or 0
  local looked = math.min(tonumber(last) or seen, now)
  if math.abs(now - seen) <= 5000 and (writes or now - looked <= 5000) then return 0 end
  local due, timers = k .. ':due:' .. channel, k .. ':t:' .. channel
  -- While nothing waits there is nothing to move, and an idle gateway writes nothing.
  if not writes and call('EXISTS', due, timers) == 0 then return 0 end
  if now < seen then
    local entries = call('HGETALL', k .. ':j')
    for i = 1, #entries, 2 do
      local j = string.match(entries[i + 1], '^[ASUHD] ') and parsed(entries[i + 1])
      if j and tonumber(j.since) > now then
        j.since = digits(math.max(0, math.min(now, j.since + now - seen)))
        call('HSET', k .. ':j', entries[i], written(j))
      end
    end
    for _, index in ipairs({ due, timers }) do
      for _, member in ipairs(call('ZRANGE', index, 0, -1)) do
        call('ZINCRBY', index, now - seen, member)
      end
    end
  elseif seen > 0 and now - seen > LEAP then
    for _, id in ipairs(call('ZRANGE', timers, 0, -1)) do call('ZINCRBY', timers, now - seen, id) end
  end
  call('SET', key, now_text .. ' ' .. digits(writes and looked or now))
  return now - looked
end

-- Reads one entry from the arguments and stores it, unless it is there or was.
local function push()
  local k, id, channel, lane, accepted, deadline, event =
    tag(num()), arg(), arg(), arg(), arg(), arg(), arg()
  local count = num()
  local first = at
  at = at + 2 * count
  for i = 1, count do
    local known = call('SET', k .. ':d:' .. ARGV[first + 2 * i - 1], id, 'NX', 'GET',
      'PX', ARGV[first + 2 * i])
    if known == id then return '' end
    if known then
      -- The keys before this one would now name a message that is not stored.
      for n = 1, i - 1 do call('DEL', k .. ':d:' .. ARGV[first + 2 * n - 1]) end
      return known
    end
  end
  local record = '1 ' .. accepted .. ' ' .. deadline .. ' ' .. sequence_of(k) .. ' ' .. channel
    .. ' ' .. lane .. '\\n' .. event
  if not call('SET', k .. ':m:' .. id, record, 'NX') then return '' end
  if call('RPUSH', k .. ':l:' .. lane, id) == 1 then
    follow_clock(k, channel, true)
    call('ZADD', k .. ':due:' .. channel, 'NX', now_text, lane)
  end
  return ''
end

local function pushed()
  for _ = 1, num() do push() end
end

-- Where a lane stands in the due index while its conversation is on hold: behind all others, so that it
-- is in nobody's way. A clock that is set back moves it by a little.
local FAR, FAR_FROM = '9000000000000000', '8000000000000000'

-- Of a lane that is one message's own, too.
local function conversation_of(lane) return string.match(lane, '^[^.]+') end

-- Whether its channel or its conversation is on hold.
local function held_back(k, channel, lane)
  local of_channel, of_conversation =
    unpack(call('HMGET', k .. ':hold', channel, conversation_of(lane)))
  return of_channel and 'channel' or of_conversation and 'conversation'
end

-- Takes the first entries of a lane: a token, the lease, and an intent for each of them. Stops
-- before the answer is larger than 'room' bytes, so that long messages do not fill any memory.
-- 'lapsed' is the token of a holder who let his lease run out: what he had open, he left in a crash,
-- be it while he sent it or while he looked into what an earlier one had left.
local room = 1048576
local function take(partition, channel, lane, holder, turn, lease, most, lapsed)
  local k = tag(partition)
  local ids = call('LRANGE', k .. ':l:' .. lane, 0, most - 1)
  if #ids == 0 then
    call('ZREM', k .. ':due:' .. channel, lane)
    call('HDEL', k .. ':j', lane)
    return nil
  end
  local held = held_back(k, channel, lane)
  if held then
    call('ZADD', k .. ':due:' .. channel, held == 'channel' and now_text or FAR, lane)
    call('HDEL', k .. ':j', lane)
    return nil
  end
  local token = digits(tick(k))
  call('ZADD', k .. ':due:' .. channel, digits(now + lease), lane)
  local claim = { partition, lane, token, now_text }
  local intents = { lane, token .. ' ' .. turn .. ' ' .. holder }
  for i, text in ipairs(call('HMGET', k .. ':j', unpack(ids))) do
    local id, j = ids[i], parsed(text)
    local alone = j and (j.state == 'S' or j.state == 'U' or j.crashes ~= '0')
    if i > 1 and (alone or room <= 0) then break end
    if not j then
      text = 'S 1 0 ' .. token .. ' ' .. now_text .. ' -'
    else
      local crashed = j.state == 'S' or (j.state == 'U' and j.token == lapsed)
      j.token = token
      if j.state == 'S' or j.state == 'U' then
        if crashed then j.crashes = j.crashes + 1 end
        j.state = 'U'
      else
        j.state, j.attempts, j.since = 'S', j.attempts + 1, now_text
      end
      text = written(j)
    end
    local record = call('GET', k .. ':m:' .. id) or ''
    room = room - #record
    intents[#intents + 1], intents[#intents + 2] = id, text
    claim[#claim + 1] = { id, record, text }
    if alone then break end
  end
  call('HSET', k .. ':j', unpack(intents))
  return claim
end

-- What a lane's holder has taken, once more: the answer to the call that took it was lost.
local function taken(partition, channel, lane, token, lease)
  local k = tag(partition)
  local claim = { partition, lane, token, now_text }
  for _, id in ipairs(call('LRANGE', k .. ':l:' .. lane, 0, 1023)) do
    local text = call('HGET', k .. ':j', id)
    local j = parsed(text)
    if j and j.token == token and (j.state == 'S' or j.state == 'U') then
      claim[#claim + 1] = { id, call('GET', k .. ':m:' .. id) or '', text }
    end
  end
  call('ZADD', k .. ':due:' .. channel, digits(now + lease), lane)
  return claim
end

-- Who holds a lane: token, turn and holder, or nothing.
local function holding(k, lane)
  return string.match(call('HGET', k .. ':j', lane) or '', '^(%d+) (%S+) (.*)$')
end

local function decoded(parts)
  local ok, list = pcall(cjson.decode, parts)
  if not ok or type(list) ~= 'table' then return {} end
  for _, part in ipairs(list) do
    if type(part) ~= 'table' then return {} end
  end
  return list
end

local function encoded(list)
  if #list == 0 then return '-' end
  return cjson.encode(list)
end

-- The network has given a part its id (state a), or there is news of one. The first end of a part
-- stays; of an earlier attempt only success counts.
local function put_part(list, part, network, state)
  for _, known in ipairs(list) do
    if known[1] == part then
      if state == 'a' then
        if known[2] ~= network then known[2], known[3] = network, 'a' end
      elseif known[3] == 'a' and (known[2] == network or state == 'd') then
        known[3] = state
      end
      return
    end
  end
  if #list < 256 then list[#list + 1] = { part, network, state } end
end

-- 'd' when every part is there, 'f' when one failed, nil while that is open.
local function verdict(list)
  local all = #list > 0
  for _, part in ipairs(list) do
    if part[3] == 'f' then return 'f' end
    if part[3] ~= 'd' then all = false end
  end
  if all then return 'd' end
  return nil
end

-- Ends a message, and keeps it for an operator.
local function bury(k, id)
  local j = journal(k, id) or unreadable()
  j.state, j.since = 'D', now_text
  write_journal(k, id, j)
  call('ZADD', k .. ':dead', now_text, id)
end

-- A handed message goes to its old place, before what was stored after it: mostly the head.
local function back(k, id, after)
  local channel, lane, sequence = where(k, id)
  if not channel then return bury(k, id) end
  local j = journal(k, id) or unreadable()
  j.state, j.since = 'A', now_text
  write_journal(k, id, j)
  local list, place = k .. ':l:' .. lane, 0
  local follower = call('LINDEX', list, place)
  while follower do
    local _, _, later = where(k, follower)
    if later and later > sequence then break end
    place = place + 1
    follower = call('LINDEX', list, place)
  end
  if not follower then
    call('RPUSH', list, id)
  elseif place == 0 then
    call('LPUSH', list, id)
  else
    call('LINSERT', list, 'BEFORE', follower, id)
  end
  if call('HEXISTS', k .. ':j', lane) == 0 then
    follow_clock(k, channel, true)
    call('ZADD', k .. ':due:' .. channel, digits(now + after), lane)
  end
end
`;
