/**
 * An account and its addresses change in one step: two processes can not give one address to two
 * users. An owner is `<jid>`, or `<jid> <released at>` while the address rests; a JID has no space.
 */

/**
 * [transport, jid, settings, released before this it is free, address…]
 * -> 'ok', 'exists' where the user has an account, or 'taken' where an address is somebody else's
 */
export const REGISTER = `
local accounts = KEYS[1] .. ':acc:' .. ARGV[1]
local owners = KEYS[1] .. ':own:' .. ARGV[1]
local jid, settings, free = ARGV[2], ARGV[3], tonumber(ARGV[4])
if redis.call('HEXISTS', accounts, jid) == 1 then return 'exists' end
for i = 5, #ARGV do
  local owner = redis.call('HGET', owners, ARGV[i])
  if owner then
    local name, released = string.match(owner, '^(%S+) ?(%d*)$')
    if name ~= jid and (released == '' or tonumber(released) >= free) then return 'taken' end
  end
end
redis.call('HSET', accounts, jid, settings)
for i = 5, #ARGV do redis.call('HSET', owners, ARGV[i], jid) end
return 'ok'
`;

/** [transport, jid, now, address…] -> whether there was an account; its addresses begin to rest */
export const UNREGISTER = `
local owners = KEYS[1] .. ':own:' .. ARGV[1]
for i = 4, #ARGV do
  if redis.call('HGET', owners, ARGV[i]) == ARGV[2] then
    redis.call('HSET', owners, ARGV[i], ARGV[2] .. ' ' .. ARGV[3])
  end
end
return redis.call('HDEL', KEYS[1] .. ':acc:' .. ARGV[1], ARGV[2])
`;
