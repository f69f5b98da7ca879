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
      from, to, cause, string.format('%04d-%02d', floor(period / 12), period % 12 + 1), digits(orders), order,
      digits(epoch), digits(m.version), digits(now), digits(till), ruleset, m.id,
    }, '\n')
  end
  over(m)
  m.due, m.tag, m.changed = next_change(m, rank, till), tag, true
end

-- settled is false when the level announced may have ended by now, whatever else happens.
local function settled(m) return m.tag == tag and (m.due == 0 or now < m.due) end
