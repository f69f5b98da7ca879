-- apply, the long way: members of whom more has to be known.
local cursor -- where the next verdict belongs

local function out(m, verdict)
  cursor = cursor + 1
  verdicts[cursor] = verdict
  if replaying and not m.broken and m.epoch < epoch then judge(m, 'recovered', '', true) end
end

local members, firsts, lasts = {}, {}, {}
for n = 1, lefts do
  local g = left[n].g
  members[n], firsts[n], cursor = load_member(ARGV[ids + g - 1], states[g], tag), left[n].start + 1, left[n].start
  complete_run(members[n], plain_month, ARGV[at + g - 1], out)
  lasts[n] = cursor
end

at, cursor = at + plains, given
local runs = {}
runs[1] = complete_run
runs[2] = function(m, month, text)
  for i = 1, #text, record do out(m, m.broken and 'w' or void(m, month, sub(text, i, i + 7))) end
end
runs[0] = function(m, _, text)
  for i = 1, #text, record do
    local id = sub(text, i, i + 7)
    out(m, (m.broken and 'w') or (number_of(id) == 0 and say(m)) or forget(m, id))
  end
end

for g = plains + 1, groups do
  local m, n, head_ = load_member(ARGV[ids + g - 1], states[g], tag), #members + 1, 0
  members[n], firsts[n] = m, cursor + 1
  while head_ % 8 < 4 do
    head_ = tonumber(ARGV[at])
    if head_ % 4 == 3 then
      out(m, m.broken and 'w' or purchase(m, unpack(ARGV, at + 1, at + 5)))
      at = at + 6
    else
      runs[head_ % 4](m, floor(head_ / 8), ARGV[at + 1], out)
      at = at + 2
    end
  end
  lasts[n] = cursor
end
given = cursor
if not room(members) then return {'FULL'} end
for n = 1, #members do -- a member of whom one key is not what it should be is left alone altogether
  if members[n].broken then
    for i = firsts[n], lasts[n] do verdicts[i] = 'w' end
  end
end

local sent = tonumber(head[3] or 0)
local now_sent = write_members(members, fields, sent)
if now_sent > sent then call('HSET', KEYS[1], 'sent', digits(now_sent)) end
return done(now_sent - sent)
