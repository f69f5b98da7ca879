-- digest: the orders of some members in a month. KEYS: head, watermarks, recovering, members. ARGV: the digits of the
-- month, a cursor, how many members. It answers the next cursor, and members with the ids of their orders.
if recovering then return {'RECOVERING'} end
local page = call('HSCAN', KEYS[4], ARGV[2], 'COUNT', ARGV[3])
local found, members = {}, page[2]
for i = 1, #members, 2 do
  found[i] = members[i]
  found[i + 1] = call('HKEYS', stem .. 'o:' .. members[i] .. ':' .. ARGV[1])
end
return {'OK', page[1], found}
