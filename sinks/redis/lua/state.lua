-- state: what is known of a member in the bucket's hash, as one string.
--   form, version, epoch of the last announcement, tag of the rules it was computed by, due,
--   hi: the greatest order id in any month, hi_old: in any but the newest, hi_void: of any tombstone (as doubles),
--   newest: the latest month with anything, orders and voids: a bit for each month from newest backwards,
--   the level announced, and the memberships that run or will: rank, from, until.
-- An id above one of the bounds needs no look into the months that it is a bound of. A rounded double
-- keeps the order of ids, so the bounds hold.
local members_key = stem .. 'm'
local form, head_format = 1, '<BI4dI4ddddI2I2I2Bc0I2'
local shortest = 1 + 4 + 8 + 4 + 4 * 8 + 3 * 2 + 1 + 2
local band, lshift, rshift = bit.band, bit.lshift, bit.rshift

local function new_state()
  return {version = 0, epoch = 0, tag = tag, due = 0, hi = -1, hi_old = -1, hi_void = -1, newest = 0, orders = 0, voids = 0, announced = '', paid = {}}
end

local function parse_state(text)
  if string.byte(text, 1) ~= form or #text < shortest then error('form') end
  local m, n, pos, _ = {}, 0, 0, 0
  _, m.version, m.epoch, m.tag, m.due, m.hi, m.hi_old, m.hi_void, m.newest, m.orders, m.voids, m.announced, n, pos = struct.unpack(head_format, text)
  local paid = {}
  for i = 1, n do
    local rank, from, till
    rank, from, till, pos = struct.unpack('<Bdd', text, pos)
    paid[i] = {rank, from, till}
  end
  m.paid = paid
  return m
end

local function pack_state(m)
  local text = struct.pack(head_format, form, m.version, m.epoch, m.tag, m.due, m.hi, m.hi_old, m.hi_void, m.newest, m.orders, m.voids, #m.announced, m.announced, #m.paid)
  for i = 1, #m.paid do
    local p = m.paid[i]
    text = text .. struct.pack('<Bdd', p[1], p[2], p[3])
  end
  return text
end

-- load makes the member of a state; nil when the state is not one of ours.
local function load_member(id, text)
  local m
  if text then
    local fine, parsed = pcall(parse_state, text)
    if not fine then return nil end
    m = parsed
  else
    m = new_state()
  end
  m.id, m.counts, m.ops, m.news = id, {}, {}, {}
  m.was_due, m.was_up = m.due, m.announced ~= '' and m.announced ~= names[0]
  return m
end

local function digits_of_month(m)
  return string.format('%06d', math.floor(m / 12) * 100 + m % 12 + 1)
end

local function orders_key(m, month) return stem .. 'o:' .. m.id .. ':' .. digits_of_month(month) end
local function voids_key(m, month) return stem .. 'v:' .. m.id .. ':' .. digits_of_month(month) end

-- has tells from a mask whether there is anything in a month.
local function has(m, mask, month)
  local back = m.newest - month
  return back >= 0 and back < 16 and band(rshift(mask, back), 1) == 1
end

-- reach makes a month one that the masks have room for.
local function reach(m, month)
  local ahead = month - m.newest
  if ahead <= 0 then return end
  if m.newest > 0 and ahead < 16 then
    m.orders, m.voids = band(lshift(m.orders, ahead), 65535), band(lshift(m.voids, ahead), 65535)
  else
    m.orders, m.voids = 0, 0
  end
  m.newest, m.hi_old = month, m.hi
end

local function mark(mask, back) return bit.bor(mask, lshift(1, back)) end
