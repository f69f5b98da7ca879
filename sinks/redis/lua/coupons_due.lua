-- coupons_due: timers that are due, the first first. KEYS: head, watermarks, recovering, coupons due. ARGV: now, limit, then
-- plans that are left out. It answers plan, member, due and the last period decided of each.
if recovering then return {'RECOVERING'} end
local limit, but, found, from = tonumber(ARGV[2]), {}, {}, 0
for i = 3, #ARGV do but[ARGV[i]] = true end
while #found < 4 * limit do
  local page = call('ZRANGEBYSCORE', KEYS[4], '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', from, 500)
  for i = 1, #page, 2 do
    local plan, member = string.match(page[i], '^([^:]*):(.*)$')
    if plan and not but[plan] and #found < 4 * limit then
      local _, was = string.match(call('HGET', stem .. 'i:' .. member, plan) or '0 ', '^(%d+) (.*)$')
      local n = #found
      found[n + 1], found[n + 2], found[n + 3], found[n + 4] = plan, member, digits(tonumber(page[i + 1])), was
    end
  end
  if #page < 1000 then break end
  from = from + 500
end
return {'OK', found}
