-- form: how what is known of a member rests in the bucket's hash, as one string:
--   form, tag of the rules it was computed by, newest: the latest month with anything,
--   past: an order's id above it is in no other key of the member, records: where those begin,
--   orders and voids: a bit for each month from newest backwards that has a key of them,
--   version, epoch of the last announcement, due,
--   the level announced, the memberships that run or will: rank, from, until,
--   and to its end records, the orders of the newest month: id and second of the month.
-- So an event of an ordinary member reads and writes one field, and a batch of them one key. When they are more than
-- most_records, or the month is over, they move to the month's own hash, with the id for field and the second for value, in the
-- same bytes. past is a double: rounding keeps the order of ids.
local struct_pack, struct_unpack, find, sub = struct.pack, struct.unpack, string.find, string.sub
local form, quick_format, head_format = 2, '<BI4I2dI2I2', '<BI4I2dI2I2I2I4ddBc0I2'
local shortest, epoch_at = 1 + 4 + 2 + 8 + 3 * 2 + 4 + 2 * 8 + 1 + 2, 26
local record, most_records = 12, 32
local members_key = stem .. 'm'

local known_digits = {}
local function digits_of_month(m)
  local known = known_digits[m]
  if not known then
    known = string.format(':%06d', floor(m / 12) * 100 + m % 12 + 1)
    known_digits[m] = known
  end
  return known
end
