-- ids: what is held of a member's month. KEYS: head, watermarks, recovering. ARGV: the member and the digits of the month.
if recovering then return {'RECOVERING'} end
local name = ARGV[1] .. ':' .. ARGV[2]
return {'OK', call('HGETALL', stem .. 'o:' .. name), call('SMEMBERS', stem .. 'v:' .. name)}
