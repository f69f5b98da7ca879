-- state: what is known of a member in the bucket's hash, as one string.
--   form, version, epoch of the last announcement, tag of the rules it was computed by, due,
--   hi: no order id of any month is above it, hi_old: of any month but the newest, hi_void: of any tombstone,
--   newest: the latest month with anything, orders and voids: a bit for each month from newest backwards,
--   the level announced, and the memberships that run or will: rank, from, until.
-- An id above one of the bounds needs no look into the months that it is a bound of. They are doubles: rounding keeps the
-- order of ids. hi is rounded up so far that it, and so the state, need not be written for every order.
local members_key = stem .. 'm'
local form, head_format = 1, '<BI4dI4ddddI2I2I2Bc0I2'
local shortest = 1 + 4 + 8 + 4 + 4 * 8 + 3 * 2 + 1 + 2
local band, lshift, rshift = bit.band, bit.lshift, bit.rshift

local none = {} -- for every list that is empty; a list that is to grow is made first
local defaults = {__index = {ops = none, news = none, seen = none, buried = none, counts = false, changed = false, broken = false, judged = false}}

local function paid_of(text, n, pos)
  if n == 0 then return none end
  local paid = {}
  for i = 1, n do
    local rank, from, till
    rank, from, till, pos = struct.unpack('<Bdd', text, pos)
    paid[i] = {rank, from, till}
  end
  return paid
end

-- new_member makes a member of its state: in one go, and without what most members of a batch do not need.
local function new_member(id, version, epoch_, tag_, due, hi, hi_old, hi_void, newest, orders, voids, announced, paid)
  return setmetatable({
    id = id, version = version, epoch = epoch_, tag = tag_, due = due, hi = hi, hi_old = hi_old, hi_void = hi_void,
    newest = newest, orders = orders, voids = voids, announced = announced, paid = paid,
  }, defaults)
end

local function parse_state(id, text)
  if string.byte(text, 1) ~= form or #text < shortest then error('form') end
  local _, version, epoch_, tag_, due, hi, hi_old, hi_void, newest, orders, voids, announced, n, pos = struct.unpack(head_format, text)
  return new_member(id, version, epoch_, tag_, due, hi, hi_old, hi_void, newest, orders, voids, announced, paid_of(text, n, pos))
end

local function pack_state(m)
  local text = struct.pack(head_format, form, m.version, m.epoch, m.tag, m.due, m.hi, m.hi_old, m.hi_void, m.newest, m.orders, m.voids, #m.announced, m.announced, #m.paid)
  for i = 1, #m.paid do
    local p = m.paid[i]
    text = text .. struct.pack('<Bdd', p[1], p[2], p[3])
  end
  return text
end

-- load_member makes the member of a state that may be missing. One that is not of ours makes a member that is broken.
local function load_member(id, text, tag_)
  if text then
    local fine, m = pcall(parse_state, id, text)
    if fine then return m end
  end
  local m = new_member(id, 0, 0, tag_, 0, -1, -1, -1, 0, 0, 0, '', none)
  m.broken = text ~= false
  return m
end

local known_digits = {}
local function digits_of_month(m)
  local known = known_digits[m]
  if not known then
    known = string.format(':%06d', floor(m / 12) * 100 + m % 12 + 1)
    known_digits[m] = known
  end
  return known
end

local function orders_key(m, month) return stem .. 'o:' .. m.id .. digits_of_month(month) end
local function voids_key(m, month) return stem .. 'v:' .. m.id .. digits_of_month(month) end

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

-- bound_order lets no id be above the bounds that it belongs to.
local step = 2 ^ 50 -- a day and a half of ids that are made of milliseconds
local function bound_order(m, month, d)
  if d > m.hi then m.hi, m.changed = (floor(d / step) + 1) * step, true end
  if month < m.newest and d > m.hi_old then m.hi_old, m.changed = d, true end
end
