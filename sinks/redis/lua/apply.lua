-- apply: a batch of events of one bucket and, unless part is '', one partition: a span of offsets without holes.
-- KEYS: head, watermarks, recovering, members, outbox, due, raised.
-- ARGV behind the rules: part, topic, from, to, repair, most orders, most purchases, then the number of members,
-- their ids, and for each of them runs: a number (kind + 4*last + 8*month + 2^20*n), then n ids and n seconds, or, for a
-- purchase, id, sku, rank, from, until. It answers with a letter for each event.
local part, topic, from, to = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3])
local repair = ARGV[at + 4] == '1'
max_orders, max_purchases = tonumber(ARGV[at + 5]), tonumber(ARGV[at + 6])
orders_cause, purchase_cause = repair and 'repair' or 'orders', repair and 'repair' or 'membership'
local groups = tonumber(ARGV[at + 7])
if not (from and to and max_orders and max_purchases and groups) then return error_reply('ERR sluice: bad arguments') end
at = at + 8

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
replaying = target and from < target

local function out(m, verdict)
  given = given + 1
  verdicts[given] = verdict
  if replaying and not m.broken and m.epoch < epoch then judge(m, 'recovered', '', true) end
end

local runs = {}
runs[1] = function(m, month, n, last) complete_run(m, month, n, last, out) end
runs[2] = function(m, month, n)
  local key = voids_key(m, month)
  for i = at, at + n - 1 do out(m, m.broken and 'w' or void(m, month, key, ARGV[i])) end
  at = at + 2 * n
end
runs[3] = function(m)
  out(m, m.broken and 'w' or purchase(m, unpack(ARGV, at, at + 4)))
  at = at + 5
end

runs[0] = function(m, _, n)
  for i = at, at + n - 1 do out(m, (m.broken and 'w') or (ARGV[i] == '0' and say(m)) or forget(m, ARGV[i])) end
  at = at + 2 * n
end

local states = groups > 0 and call('HMGET', members_key, unpack(ARGV, at, at + groups - 1)) or {}
local ids, members, firsts, lasts = at, {}, {}, {}
at = at + groups
for g = 1, groups do
  local h = tonumber(ARGV[at])
  at = at + 1
  local id, text, last = ARGV[ids + g - 1], states[g], h % 8 >= 4
  if not (h % 8 == 5 and quick_run(id, text, floor(h / 8) % 131072, floor(h / 1048576))) then
    local m, n = load_member(id, text, tag), #members + 1
    members[n], firsts[n] = m, given + 1
    while true do
      runs[h % 4](m, floor(h / 8) % 131072, floor(h / 1048576), last)
      if last then break end
      h = tonumber(ARGV[at])
      at = at + 1
      last = h % 8 >= 4
    end
    lasts[n] = given
  end
end
if not room(members) then return {'FULL'} end
for n = 1, #members do -- a member of whom one key is not what it should be is left alone altogether
  if members[n].broken then
    for i = firsts[n], lasts[n] do verdicts[i] = 'w' end
  end
end

for i = 1, #quick_ops do call(unpack(quick_ops[i])) end
local sent = tonumber(head[3] or 0)
local now_sent = write_members(members, sent)
if now_sent > sent then call('HSET', KEYS[1], 'sent', digits(now_sent)) end
if part ~= '' and to > mark_there then
  call('HSET', KEYS[2], part, digits(to) .. ' ' .. topic)
  if awaited and (not target or to >= target) then call('HDEL', KEYS[3], part) end
end
return {'OK', table.concat(verdicts, '', 1, given), now_sent - sent}
