-- forget: what repairs alone ask for. Verdict: s stored.

-- forget takes an order out of every month that has it, and its tombstones. It goes by no bound of ids: what is to be
-- repaired may have come by another way.
local function forget(m, id)
  local timely, crossed, name = before(m, true), false, decimal(id)
  local function out_of(month)
    local n = count(m, month)
    take_out(m, id, month)
    crossed = crossed or (crossing[n] and counts_now(month))
  end
  if stands_at(m, id) then out_of(m.newest) end
  local moved = m.seen[id]
  if moved and moved ~= tombstone then -- an event before it in this call began a month: the key will have it
    out_of(floor(moved / whole_month))
    m.seen[id] = nil
  end
  for back = 0, 15 do
    local month = m.newest - back
    if has(m, m.orders, month) and ask(m, 'HEXISTS', orders_key(m, month), id) == 1 then out_of(month) end
    if has(m, m.voids, month) and ask(m, 'SISMEMBER', voids_key(m, month), name) == 1 then
      add_op(m, 'SREM', voids_key(m, month), name)
    end
  end
  if m.broken then return 'w' end
  if crossed then follow(m, timely, orders_cause, name) end
  return 's'
end

-- say announces the level once more: what was announced is lost, or wrong.
local function say(m)
  judge(m, 'repair', '', true)
  m.was_due = -1 -- the timer is set anew, whatever it said
  return m.broken and 'w' or 's'
end
