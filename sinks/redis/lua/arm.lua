-- arm: sets the timers of which member and plan have none. KEYS: head, watermarks, recovering, coupons due. ARGV: fence,
-- then plan, member and due of each. It answers how many it set.
if recovering then return {'RECOVERING'} end
local fence = tonumber(ARGV[1])
if not fence or #ARGV % 3 ~= 1 then return error_reply('ERR sluice: bad arguments') end
if fence < tonumber(head[3] or -1) then return {'FENCED'} end
local ops, armed, set = {}, 0, {}
for i = 2, #ARGV, 3 do
  local plan, member, due = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local key, name = stem .. 'i:' .. member, plan .. ':' .. member
  local was_due, was = string.match(call('HGET', key, plan) or '0 ', '^(%d+) (.*)$')
  if was_due == '0' and not set[name] then
    ops[#ops + 1] = {'HSET', key, plan, due .. ' ' .. was}
    ops[#ops + 1] = {'ZADD', KEYS[4], due, name}
    set[name], armed = true, armed + 1
  end
end
call('ZCARD', KEYS[4])
for i = 1, #ops do call(unpack(ops[i])) end
call('HSET', KEYS[1], 'fence', ARGV[1])
return {'OK', armed}
