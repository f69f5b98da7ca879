-- rules: what the caller says of the rules, the calendar and the present.
-- ARGV: now, month, keep, ruleset, tag, history, outbox, levels, (name, orders)…, starts…
-- A month is a number of months since the year 0. starts are those of the keep + 1 months behind the
-- present one: where what counts now ceases to.
local now, this_month, keep = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local ruleset, tag = ARGV[4], tonumber(ARGV[5])
local max_history, max_outbox, levels = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])
local names, thresholds, crossing, starts = {}, {}, {}, {}
local at = 9 -- the first argument that is not of these
for rank = 0, levels - 1 do
  names[rank], thresholds[rank] = ARGV[at], tonumber(ARGV[at + 1])
  if rank > 0 then crossing[thresholds[rank]] = true end
  at = at + 2
end
for n = 1, keep + 1 do
  starts[this_month + n] = tonumber(ARGV[at])
  at = at + 1
end
if not (now and this_month and keep and tag and max_history and max_outbox and levels and starts[this_month + keep + 1]) then
  return error_reply('ERR sluice: bad arguments')
end
local month_ms = 31 * 86400000 -- at least a month

local function rank_of(orders)
  local rank = levels - 1
  while rank > 0 and orders < thresholds[rank] do rank = rank - 1 end
  return rank
end

local function rank_named(name)
  for rank = 0, levels - 1 do
    if names[rank] == name then return rank end
  end
  return 0
end
