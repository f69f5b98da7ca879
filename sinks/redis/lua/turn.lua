-- turn: announces members whose level has changed by itself. KEYS as for apply.
-- ARGV behind the rules: fence, limit. It answers how many were announced, and 1 when others are due.
local fence, limit = ARGV[at], tonumber(ARGV[at + 1])
if not (tonumber(fence) and limit) then return error_reply('ERR sluice: bad arguments') end
local head = call('HMGET', KEYS[1], 'epoch', 'home', 'sent', 'fence')
if away(head[1], head[2]) or call('HLEN', KEYS[3]) > 0 then return {'RECOVERING'} end
if tonumber(fence) < tonumber(head[4] or -1) then return {'FENCED'} end
epoch = tonumber(head[1])

local ids = call('ZRANGEBYSCORE', due_key, '-inf', digits(now), 'LIMIT', 0, limit + 1)
local more = #ids > limit and 1 or 0
if more == 1 then ids[#ids] = nil end
local states = #ids > 0 and call('HMGET', members_key, unpack(ids)) or {}
local members, strays = {}, {'ZREM', due_key}
for i = 1, #ids do
  local m = load_member(ids[i], states[i], tag)
  if m.due > 0 then
    if m.due <= now then judge(m, nil, '') end
    if not m.judged then m.judged, m.was_announced, m.changed = true, m.announced, true end
    if m.newest < this_month then spill(m) end -- a member's last orders go when their month does
    m.was_due = -1 -- the timer is set anew, whatever it said
    members[#members + 1] = m
  else
    strays[#strays + 1] = ids[i]
  end
end
if not room(members) then return {'FULL'} end

local sent = tonumber(head[3] or 0)
local now_sent = write_members(members, {'HSET', members_key}, sent)
for i = 1, #members do
  if members[i].broken then strays[#strays + 1] = members[i].id end
end
if #strays > 2 then call(unpack(strays)) end
call('HSET', KEYS[1], 'fence', fence, 'sent', digits(now_sent))
return {'OK', now_sent - sent, more}
