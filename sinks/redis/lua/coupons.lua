-- coupons: decides coupons that are due. KEYS: head, watermarks, recovering, coupons due, outbox. ARGV: fence, most in the
-- outbox, now, then plan, member, due, period, next, grant of each. It answers an outcome for each: 0 gone, 1 given,
-- 2 passed, 3 decided before.
if recovering then return {'RECOVERING'} end
local fence = tonumber(ARGV[1])
if not fence or #ARGV % 6 ~= 3 then return error_reply('ERR sluice: bad arguments') end
if fence < tonumber(head[3] or -1) then return {'FENCED'} end
local outcomes, ops, grants, decided = {}, {}, {}, {}
for i = 4, #ARGV, 6 do
  local plan, member, due, period, next_, grant = unpack(ARGV, i, i + 5)
  local key, name = stem .. 'i:' .. member, plan .. ':' .. member
  local held = decided[name] or call('HGET', key, plan) or '0 '
  local was_due, was = string.match(held, '^(%d+) (.*)$')
  local outcome = 0
  if was_due == due and due ~= '0' then
    outcome = (period <= was and 3) or (grant ~= '' and 1) or 2
    local last = period <= was and was or period
    if outcome == 1 then grants[#grants + 1] = {member, grant} end
    decided[name] = next_ .. ' ' .. last
    ops[#ops + 1] = {'HSET', key, plan, decided[name]}
    ops[#ops + 1] = next_ == '0' and {'ZREM', KEYS[4], name} or {'ZADD', KEYS[4], next_, name}
  end
  outcomes[#outcomes + 1] = outcome
end
if call('XLEN', KEYS[5]) + #grants > tonumber(ARGV[2]) then return {'FULL'} end
call('ZCARD', KEYS[4])
for i = 1, #ops do call(unpack(ops[i])) end
for i = 1, #grants do
  local sent = call('HINCRBY', KEYS[1], 'sent', 1)
  call('XADD', KEYS[5], digits(epoch) .. '-' .. digits(sent), 'c', grants[i][2], 'k', grants[i][1], 'at', ARGV[3])
end
call('HSET', KEYS[1], 'fence', ARGV[1])
return {'OK', outcomes}
