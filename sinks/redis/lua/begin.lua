-- apply: a batch of events of one bucket and, unless part is '', one partition: a span of offsets without holes.
-- KEYS: head, watermarks, recovering, members, outbox, due, raised.
-- ARGV behind the rules: numbers, part, topic; the ids of members; of the plain ones, who have nothing here but completed orders
-- of one month, these as records; and of each of the others runs: a number (kind + 4*last + 8*month), then records,
-- or, for a purchase, id, sku, rank, from, until.
-- Numbers: from, to, repair, most orders, most purchases, how many plain members, their month, and how many others.
-- It answers with a letter for each event.
local from, to, repair, max_orders, max_purchases, plains, plain_month, others = struct.unpack('<ddBI4I4I4I2I4', ARGV[at])
local part, topic, groups = ARGV[at + 1], ARGV[at + 2], plains + others
local ids = at + 3
local orders_cause, purchase_cause = repair == 1 and 'repair' or 'orders', repair == 1 and 'repair' or 'membership'
at = ids + groups

local head = call('HMGET', KEYS[1], 'epoch', 'home', 'sent')
if away(head[1], head[2]) then return {'LOST'} end
epoch = tonumber(head[1])
local mark_there, awaited, target
if part ~= '' then
  mark_there = mark_of(call('HGET', KEYS[2], part), topic)
  if not mark_there or mark_there < from then return {'LOST'} end
  awaited = call('HGET', KEYS[3], part)
  target = mark_of(awaited, topic)
end
-- What is read again may end at a level that the lost history had announced otherwise: it is said once more.
local replaying = target and from < target

local states = groups > 0 and call('HMGET', members_key, unpack(ARGV, ids, ids + groups - 1)) or {}
local verdicts, given = {}, 0 -- of all events: letters, and how many
local fields = {'HSET', members_key} -- what is to be written of members

-- done writes that the call is applied, and is its answer.
local function done(announced)
  if part ~= '' and to > mark_there then
    call('HSET', KEYS[2], part, digits(to) .. ' ' .. topic)
    if awaited and (not target or to >= target) then call('HDEL', KEYS[3], part) end
  end
  return {'OK', table.concat(verdicts, '', 1, given), announced}
end
