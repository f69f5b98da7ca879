-- announce: when the level that counts is another than the one announced last, it is said; and when a timer goes off.

-- ended is why a level that was announced is not the present one: the rules changed, or time passed.
local function ended(m, rank, source)
  if m.tag ~= tag then return 'rules' end
  local was = rank_named(m.announced)
  if rank > was then return source == 'membership' and 'membership' or 'month' end
  for i = 1, #m.paid do
    local p = m.paid[i]
    if p[3] == m.due and p[1] >= was then return 'membership' end
  end
  return 'month'
end

-- over forgets the memberships that have ended.
local function over(m)
  if m.paid == none then return end
  local left = {}
  for i = 1, #m.paid do
    if m.paid[i][3] > now then left[#left + 1] = m.paid[i] end
  end
  m.paid = left
end

local periods = {}
local function period_of(month)
  local known = periods[month]
  if not known then
    known = string.format('%04d-%02d', floor(month / 12), month % 12 + 1)
    periods[month] = known
  end
  return known
end

-- judge announces the present level if it is not the one announced last, or always when it is to be said again.
local function judge(m, cause, order, again)
  local rank, source, till, period, orders = standing(m)
  if not m.judged then m.judged, m.was_due, m.was_announced = true, m.due, m.announced end
  local from = m.announced == '' and names[0] or m.announced
  local to = names[rank]
  if to ~= from or again then
    cause = cause or ended(m, rank, source)
    m.version, m.epoch, m.announced = m.version + 1, epoch, to
    if m.news == none then m.news = {} end
    m.news[#m.news + 1] = table.concat({
      from, to, cause, period_of(period), digits(orders), order,
      digits(epoch), digits(m.version), digits(now), digits(till), ruleset, m.id,
    }, '\n')
  end
  over(m)
  m.due, m.tag, m.changed = next_change(m, rank, till), tag, true
end

-- before stands in front of what an event changes. Other rules are announced first. It answers the level that time alone
-- gives, where that may be another than the one announced, and what comes may change it: nil where it need not be known.
local function before(m, crosses)
  if m.tag ~= tag then judge(m, nil, '') end
  if not crosses or m.due == 0 or now < m.due then return nil end
  return (standing(m))
end

-- follow stands behind it. What time did is the turn's to announce, behind its grace: an event that leads back to the
-- level announced, or not beyond it and what time gives, says nothing; one that leads beyond both says so.
local function follow(m, timely, cause, order)
  if timely then
    local rank, was = standing(m), rank_named(m.announced)
    if rank ~= was and rank >= math.min(was, timely) and rank <= math.max(was, timely) then return end
  end
  judge(m, cause, order)
end
