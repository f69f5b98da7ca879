-- state: a member as scripts have it, made of the string of form.lua.
local band, lshift, rshift = bit.band, bit.lshift, bit.rshift

local none = {} -- for every list that is empty; a list that is to grow is made first
local defaults = {__index = {
  ops = none, news = none, seen = none, buried = none, kept = none, counts = false, changed = false, broken = false, judged = false, told = 0,
}}

local function paid_of(text, n, pos)
  if n == 0 then return none end
  local paid = {}
  for i = 1, n do
    local rank, from, till
    rank, from, till, pos = struct_unpack('<Bdd', text, pos)
    paid[i] = {rank, from, till}
  end
  return paid
end

-- new_member makes a member of its state: in one go, and without what most members of a batch do not need.
local function new_member(id, tag_, newest, past, orders, voids, version, epoch_, due, announced, paid, records)
  return setmetatable({
    id = id, tag = tag_, newest = newest, past = past, orders = orders, voids = voids, version = version, epoch = epoch_, due = due,
    announced = announced, paid = paid, records = records,
  }, defaults)
end

local function parse_state(id, text)
  if string.byte(text, 1) ~= form or #text < shortest then error('form') end
  local _, tag_, newest, past, at, orders, voids, version, epoch_, due, announced, n, pos = struct_unpack(head_format, text)
  local paid = paid_of(text, n, pos)
  if at ~= pos + 17 * n or (#text - at + 1) % record ~= 0 then error('form') end
  return new_member(id, tag_, newest, past, orders, voids, version, epoch_, due, announced, paid, sub(text, at))
end

local function pack_state(m)
  local at = shortest + #m.announced + 17 * #m.paid + 1
  local text = struct_pack(head_format, form, m.tag, m.newest, m.past, at, m.orders, m.voids, m.version, m.epoch, m.due, #m.announced, m.announced, #m.paid)
  for i = 1, #m.paid do
    local p = m.paid[i]
    text = text .. struct_pack('<Bdd', p[1], p[2], p[3])
  end
  return text .. m.records
end

-- load_member makes the member of a state that may be missing. One that is not of ours makes a member that is broken.
local function load_member(id, text, tag_)
  if text then
    local fine, m = pcall(parse_state, id, text)
    if fine then return m end
  end
  local m = new_member(id, tag_, 0, -1, 0, 0, 0, 0, 0, '', none, '')
  m.broken = text ~= false
  return m
end

local function orders_key(m, month) return stem .. 'o:' .. m.id .. digits_of_month(month) end
local function voids_key(m, month) return stem .. 'v:' .. m.id .. digits_of_month(month) end

-- has tells from a mask whether a month has such a key.
local function has(m, mask, month)
  local back = m.newest - month
  return back >= 0 and back < 16 and band(rshift(mask, back), 1) == 1
end

local function mark(mask, back) return bit.bor(mask, lshift(1, back)) end

-- records_of are the orders of a month: of its own key, and of the state. What is not in our form is '?'.
local function records_of(m, month)
  local text = month == m.newest and m.records or ''
  if not has(m, m.orders, month) then return text end
  local held = ask(m, 'HGETALL', orders_key(m, month)) or none
  local rest = table.concat(held)
  if #rest ~= #held * record / 2 then return '?' end
  return text .. rest
end

-- decimal writes out an id, which is more than a number of Lua holds: to the base of 10^7.
local function decimal(id)
  local base, low, next_, high = 10000000, struct_unpack('<I2I2I4', id)
  local middle = floor(high / base)
  next_ = high % base * 65536 + next_
  middle = middle * 65536 + floor(next_ / base)
  low = next_ % base * 65536 + low
  middle = middle * 65536 + floor(low / base)
  high, middle, low = floor(middle / base), middle % base, low % base
  if high > 0 then return string.format('%d%07d%07d', high, middle, low) end
  if middle > 0 then return string.format('%d%07d', middle, low) end
  return string.format('%d', low)
end
