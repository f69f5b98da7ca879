-- standing: the level that counts at this moment, as rules.Effective has it.

-- count is how many orders count in a month: those of its own hash and of the state, and what this call adds to them.
local function count(m, month)
  local counts = m.counts
  if not counts then
    counts = {}
    m.counts = counts
  end
  local n = counts[month]
  if n then return n end
  n = month == m.newest and #m.records / record or 0
  if has(m, m.orders, month) then n = n + (ask(m, 'HLEN', orders_key(m, month)) or 0) end
  counts[month] = n
  return n
end

-- standing gives rank, source, until when, the month whose orders give it, and their number.
local function standing(m)
  local current = count(m, this_month)
  local rank, source, till, period, orders = 0, '', 0, this_month, current
  for month = this_month, this_month - keep, -1 do
    local n = month == this_month and current or count(m, month)
    local r = rank_of(n)
    if r > rank then rank, source, till, period, orders = r, 'orders', starts[month + keep + 1], month, n end
  end
  for i = 1, #m.paid do
    local p = m.paid[i]
    if p[2] <= now and now < p[3] then
      local r = math.min(p[1], levels - 1)
      if r > rank then
        rank, source, till, period, orders = r, 'membership', p[3], this_month, current
      elseif r == rank and r > 0 and p[3] > till then
        till = p[3]
      end
    end
  end
  return rank, source, till, period, orders
end

-- next_change is when a timer has to go off: where the level falls, or before that where what begins later gives more.
local function next_change(m, rank, till)
  local due = till
  local function earlier(t) if due == 0 or t < due then due = t end end
  for i = 1, #m.paid do
    local p = m.paid[i]
    if p[2] > now and math.min(p[1], levels - 1) > rank then earlier(p[2]) end
  end
  local coming = this_month + 1
  if m.newest >= coming and rank_of(count(m, coming)) > rank then earlier(starts[coming]) end
  return due
end
