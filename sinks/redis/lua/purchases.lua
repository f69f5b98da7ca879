-- purchases: what a paid membership does to a member. Verdicts: s stored, b bought already, q too many.
-- All of a member's purchases are read, since they are few and come rarely; those long over are forgotten.

local function bought_by(m, key)
  if m.bought then return m.bought end
  local bought = {n = 0, till = 0}
  local held = ask(m, 'HGETALL', key) or {}
  for i = 1, #held, 2 do
    local till = tonumber(string.match(held[i + 1], '^%d+ %d+ (%d+) ')) or 0
    if till < now - 16 * month_ms then
      add_op(m, 'HDEL', key, held[i])
    else
      bought['=' .. held[i]], bought.n, bought.till = true, bought.n + 1, math.max(bought.till, till)
    end
  end
  m.bought = bought
  return bought
end

local function purchase(m, id, sku, rank, from, till)
  local key = stem .. 'p:' .. m.id
  local bought = bought_by(m, key)
  if m.broken then return 'w' end
  if bought['=' .. id] then return 'b' end
  if bought.n >= max_purchases then return 'q' end
  local timely = before(m, true)
  bought['=' .. id], bought.n, bought.till = true, bought.n + 1, math.max(bought.till, tonumber(till))
  add_op(m, 'HSET', key, id, rank .. ' ' .. from .. ' ' .. till .. ' ' .. sku)
  m.ops[#m.ops + 1] = {'PEXPIRE', key, digits(math.max(0, bought.till - now) + 16 * month_ms)}
  if tonumber(till) > now then
    if m.paid == none then m.paid = {} end
    m.paid[#m.paid + 1] = {tonumber(rank), tonumber(from), tonumber(till)}
    follow(m, timely, purchase_cause, '')
  end
  m.changed = true
  return 's'
end
