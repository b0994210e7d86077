/**
 * What the scripts share. A script takes its arguments from ARGV by a cursor, so that one call can
 * carry many requests: with one round trip and one fsync for all of them.
 *
 * A record is `1 <accepted> <deadline> <sequence> <channel> <lane>\n<event>`; its first character is
 * the version of the format. A journal entry is `<state> <attempts> <crashes> <token> <since> <parts>`
 * with the states A (waiting again), S (sending), U (unknown), H (handed), D (dead), and parts as
 * JSON `[[part, network id, "a" | "d" | "f"], …]` or `-`. A message without a journal entry waits
 * and was never tried: that is what most of a backlog looks like, and it costs nothing more.
 *
 * Times are Redis' own, so that processes whose clocks differ agree.
 */
export const PRELUDE = `
local at = 0
local function arg() at = at + 1; return ARGV[at] end
local function num() at = at + 1; return tonumber(ARGV[at]) end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function tag(partition) return string.format('pst:{p%02d}', partition) end

local function journal(k, id)
  local text = redis.call('HGET', k .. ':j', id)
  if not text then return nil end
  local state, attempts, crashes, token, since, parts =
    string.match(text, '^(%a) (%d+) (%d+) (%d+) (%d+) (.*)$')
  return { state = state, attempts = tonumber(attempts), crashes = tonumber(crashes),
    token = tonumber(token), since = tonumber(since), parts = parts }
end

local function record_journal(k, id, j)
  redis.call('HSET', k .. ':j', id, j.state .. ' ' .. j.attempts .. ' ' .. j.crashes .. ' '
    .. j.token .. ' ' .. j.since .. ' ' .. j.parts)
end

local function where(k, id)
  local record = redis.call('GET', k .. ':m:' .. id)
  if not record then return nil end
  local sequence, channel, lane = string.match(record, '^1 %d+ %d+ (%d+) (%S+) (%S+)\\n')
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
    local known = redis.call('GET', k .. ':d:' .. ARGV[first + 2 * i - 1])
    if known == id then return '' end
    if known then return known end
  end
  if redis.call('EXISTS', k .. ':m:' .. id) == 1 then return '' end
  for i = 1, count do
    redis.call('SET', k .. ':d:' .. ARGV[first + 2 * i - 1], id, 'PX', ARGV[first + 2 * i])
  end
  local sequence = redis.call('INCR', k .. ':n')
  redis.call('SET', k .. ':m:' .. id, '1 ' .. accepted .. ' ' .. deadline .. ' ' .. sequence .. ' '
    .. channel .. ' ' .. lane .. '\\n' .. event)
  if redis.call('RPUSH', k .. ':l:' .. lane, id) == 1 then
    redis.call('ZADD', k .. ':due:' .. channel, 'NX', now, lane)
  end
  return ''
end

-- Takes the first entries of a lane: a token, the lease, and an intent for each of them.
local function take(k, channel, lane, holder, lease, most)
  local ids = redis.call('LRANGE', k .. ':l:' .. lane, 0, most - 1)
  if #ids == 0 then
    redis.call('ZREM', k .. ':due:' .. channel, lane)
    redis.call('HDEL', k .. ':o', lane)
    return nil
  end
  local token = redis.call('INCR', k .. ':n')
  redis.call('HSET', k .. ':o', lane, token .. ' ' .. holder)
  redis.call('ZADD', k .. ':due:' .. channel, now + lease, lane)
  local claim = { lane, token }
  for i, id in ipairs(ids) do
    local record = redis.call('GET', k .. ':m:' .. id)
    local j = journal(k, id)
    local open = j and (j.state == 'S' or j.state == 'U')
    if i > 1 and j and (open or j.crashes > 0) then break end
    if not j then
      j = { state = 'S', attempts = 1, crashes = 0, token = token, since = now, parts = '-' }
    elseif open then
      if j.state == 'S' then j.crashes = j.crashes + 1 end
      j.state, j.token = 'U', token
    else
      j.state, j.attempts, j.token, j.since = 'S', j.attempts + 1, token, now
    end
    record_journal(k, id, j)
    claim[#claim + 1] = { id, record or '', j.state, j.attempts, j.crashes, j.since, j.parts,
      open and 1 or 0 }
    if open or j.crashes > 0 then break end
  end
  return claim
end

local function forget(k, id)
  redis.call('DEL', k .. ':m:' .. id)
  redis.call('HDEL', k .. ':j', id)
end

-- Ends a message: kept for an operator, or gone.
local function finish(k, id, keep)
  if keep ~= '1' then return forget(k, id) end
  local j = journal(k, id) or { attempts = 0, crashes = 0, token = 0, parts = '-' }
  j.state, j.since = 'D', now
  record_journal(k, id, j)
  redis.call('ZADD', k .. ':dead', now, id)
end

local function decoded(parts)
  if parts == '-' then return {} end
  return cjson.decode(parts)
end

local function put_part(list, part, network, state)
  for _, known in ipairs(list) do
    if known[1] == part then
      known[2] = network
      if known[3] == 'a' then known[3] = state end
      return
    end
  end
  list[#list + 1] = { part, network, state }
end

local function encoded(list)
  if #list == 0 then return '-' end
  return cjson.encode(list)
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

-- A handed or dead message goes to the head (or, 'tail', the end) of its lane again.
local function back(k, id, after, tail)
  local channel, lane = where(k, id)
  local j = journal(k, id)
  j.state, j.since = 'A', now
  record_journal(k, id, j)
  redis.call(tail and 'RPUSH' or 'LPUSH', k .. ':l:' .. lane, id)
  if redis.call('HEXISTS', k .. ':o', lane) == 0 then
    redis.call('ZADD', k .. ':due:' .. channel, tail and 'NX' or 'XX', now + after, lane)
    redis.call('ZADD', k .. ':due:' .. channel, 'NX', now + after, lane)
  end
  return channel
end
`;
