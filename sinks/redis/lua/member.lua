-- member: all that is known of one. KEYS: head, watermarks, recovering, members. ARGV: the member, the first month
-- that is kept. It answers the epoch, the state, the history, the purchases, and months with the records of their orders.
if recovering then return {'RECOVERING'} end
local id, first = ARGV[1], tonumber(ARGV[2])
local text = call('HGET', KEYS[4], id)
local months = {}
if text then
  local m = parse_state(id, text)
  for month = m.newest, math.max(first, m.newest - 15), -1 do
    local records = records_of(m, month)
    if records ~= '' then
      months[#months + 1] = sub(digits_of_month(month), 2)
      months[#months + 1] = records
    end
  end
end
return {'OK', epoch, text, call('LRANGE', stem .. 'h:' .. id, 0, -1), call('HGETALL', stem .. 'p:' .. id), months}
