/**
 * What the scripts share. A script takes its arguments from ARGV by a cursor, so that one call can
 * carry many requests: with one round trip and one fsync for all of them.
 *
 * A record is `1 <accepted> <deadline> <sequence> <channel> <lane>\n<event>`; its first character is
 * the version of the format. A journal entry is `<state> <attempts> <crashes> <token> <since> <parts>`
 * with the states A (waiting again), S (sending), U (unknown), H (handed), D (dead), and parts as
 * JSON `[[part, network id, "a" | "d" | "f"], …]` or `-`. A message without a journal entry waits
 * and was never tried: that is what most of a backlog looks like, and it costs nothing more.
 * Who drains a lane is `<token> <turn> <holder>`; the turn names the very call that took it, so
 * that a call whose answer was lost can be repeated and gets the same answer.
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
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function tag(partition) return string.format('pst:{p%02d}', partition) end

-- A journal that can not be read: something may have left, and it is not tried again.
local function unreadable()
  return { state = 'U', attempts = 1, crashes = 3, token = 0, since = now, parts = '-' }
end

local function parsed(text)
  if not text then return nil end
  local state, attempts, crashes, token, since, parts =
    string.match(text, '^([ASUHD]) (%d+) (%d+) (%d+) (%d+) (.+)$')
  if not state then return unreadable() end
  return { state = state, attempts = tonumber(attempts), crashes = tonumber(crashes),
    token = tonumber(token), since = tonumber(since), parts = parts }
end

local function written(j)
  return j.state .. ' ' .. j.attempts .. ' ' .. j.crashes .. ' ' .. j.token .. ' ' .. j.since
    .. ' ' .. j.parts
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

-- Reads one entry from the arguments and stores it, unless it is there or was.
local function push()
  local k, id, channel, lane, accepted, deadline, event =
    tag(num()), arg(), arg(), arg(), arg(), arg(), arg()
  local count = num()
  local first = at
  at = at + 2 * count
  for i = 1, count do
    local known = call('GET', k .. ':d:' .. ARGV[first + 2 * i - 1])
    if known then return known == id and '' or known end
  end
  local sequence = call('INCR', k .. ':n')
  local record = '1 ' .. accepted .. ' ' .. deadline .. ' ' .. sequence .. ' ' .. channel .. ' '
    .. lane .. '\\n' .. event
  if not call('SET', k .. ':m:' .. id, record, 'NX') then return '' end
  for i = 1, count do
    call('SET', k .. ':d:' .. ARGV[first + 2 * i - 1], id, 'PX', ARGV[first + 2 * i])
  end
  if call('RPUSH', k .. ':l:' .. lane, id) == 1 then
    call('ZADD', k .. ':due:' .. channel, 'NX', now, lane)
  end
  return ''
end

local function pushed()
  for _ = 1, num() do push() end
end

-- Takes the first entries of a lane: a token, the lease, and an intent for each of them. Stops
-- before the answer is larger than 'room' bytes, so that long messages do not fill any memory.
local room = 1048576
local function take(partition, channel, lane, holder, turn, lease, most)
  local k = tag(partition)
  local ids = call('LRANGE', k .. ':l:' .. lane, 0, most - 1)
  if #ids == 0 then
    call('ZREM', k .. ':due:' .. channel, lane)
    call('HDEL', k .. ':o', lane)
    return nil
  end
  local token = call('INCR', k .. ':n')
  call('HSET', k .. ':o', lane, token .. ' ' .. turn .. ' ' .. holder)
  call('ZADD', k .. ':due:' .. channel, now + lease, lane)
  local claim, intents = { partition, lane, token }, {}
  for i, text in ipairs(call('HMGET', k .. ':j', unpack(ids))) do
    local id, j = ids[i], parsed(text)
    local alone = j and (j.state == 'S' or j.state == 'U' or j.crashes > 0)
    if i > 1 and (alone or room <= 0) then break end
    if not j then
      text = 'S 1 0 ' .. token .. ' ' .. now .. ' -'
    else
      j.token = token
      if j.state == 'S' or j.state == 'U' then
        if j.state == 'S' then j.crashes = j.crashes + 1 end
        j.state = 'U'
      else
        j.state, j.attempts, j.since = 'S', j.attempts + 1, now
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
  local claim = { partition, lane, tonumber(token) }
  for _, id in ipairs(call('LRANGE', k .. ':l:' .. lane, 0, 1023)) do
    local text = call('HGET', k .. ':j', id)
    local j = parsed(text)
    if j and j.token == claim[3] and (j.state == 'S' or j.state == 'U') then
      claim[#claim + 1] = { id, call('GET', k .. ':m:' .. id) or '', text }
    end
  end
  call('ZADD', k .. ':due:' .. channel, now + lease, lane)
  return claim
end

-- Who holds a lane: token, turn and holder, or nothing.
local function holding(k, lane)
  return string.match(call('HGET', k .. ':o', lane) or '', '^(%d+) (%S+) (.*)$')
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

-- Ends a message: kept for an operator, or gone.
local function finish(k, id, keep)
  if keep ~= '1' then return forget(k, id) end
  local j = journal(k, id) or unreadable()
  j.state, j.since = 'D', now
  write_journal(k, id, j)
  call('ZADD', k .. ':dead', now, id)
end

-- A handed message goes to its old place, before what was stored after it: mostly the head.
local function back(k, id, after)
  local channel, lane, sequence = where(k, id)
  if not channel then return finish(k, id, '1') end
  local j = journal(k, id) or unreadable()
  j.state, j.since = 'A', now
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
  if call('HEXISTS', k .. ':o', lane) == 0 then
    call('ZADD', k .. ':due:' .. channel, now + after, lane)
  end
end

-- A clock that was set back would hold up all that waits for a time, so what waits moves with it.
local function follow_clock(k, channel)
  local key = k .. ':clock:' .. channel
  local seen = tonumber(call('GET', key) or '') or 0
  if now < seen - 5000 then
    for _, index in ipairs({ k .. ':due:' .. channel, k .. ':t:' .. channel }) do
      for _, member in ipairs(call('ZRANGE', index, 0, -1)) do
        call('ZINCRBY', index, now - seen, member)
      end
    end
  end
  if math.abs(now - seen) > 5000 then call('SET', key, now) end
end
`;
