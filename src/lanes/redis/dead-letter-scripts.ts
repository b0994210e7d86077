/** What is kept for an operator. */

import { MOVES, READS, STORES } from './script-kinds.ts';

/** [most, partitions, partition…] -> [id, since in ms] each, of each partition the latest first. */
export const DEAD = `${READS}
local most, out = num(), {}
for _ = 1, num() do
  local k = tag(num())
  local found = call('ZREVRANGE', k .. ':dead', 0, most - 1, 'WITHSCORES')
  for i = 1, #found, 2 do out[#out + 1] = { found[i], tonumber(found[i + 1]) } end
end
return out
`;

/**
 * [partition, message, deadline, event or '', reports, entry…] -> 1, or 0 when there is no such dead letter
 * that can be read.
 */
export const REVIVE = `${STORES}
local k, id, deadline, instead = tag(num()), arg(), arg(), arg()
local dead = k .. ':dead'
local record = call('ZSCORE', dead, id) and call('GET', k .. ':m:' .. id) or ''
local accepted, channel, lane, event = string.match(record, '^1 (%d+) %d+ %d+ (%S+) (%S+)(\\n.*)$')
if not accepted then return 0 end
-- A new place in the order, as if it were stored now.
call('SET', k .. ':m:' .. id, '1 ' .. accepted .. ' ' .. deadline .. ' ' .. sequence_of(k) .. ' '
  .. channel .. ' ' .. lane .. (instead == '' and event or '\\n' .. instead))
call('HSET', k .. ':j', id, 'A 0 0 0 ' .. now_text .. ' -')
call('ZREM', dead, id)
if call('RPUSH', k .. ':l:' .. lane, id) == 1 then
  call('ZADD', k .. ':due:' .. channel, 'NX', now_text, lane)
end
pushed()
return 1
`;

/** [partition, message] -> 1, or 0 when there is no such dead letter. */
export const DISCARD = `${MOVES}
local k, id = tag(num()), arg()
if call('ZREM', k .. ':dead', id) == 0 then return 0 end
forget(k, id)
return 1
`;
