-- raise: everything below an offset is settled. ARGV: part, topic, what the lane had acknowledged, next.
local part, topic, had, next_ = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
if not (had and next_) then return error_reply('ERR sluice: bad arguments') end
local head = call('HMGET', KEYS[1], 'epoch', 'home')
if away(head[1], head[2]) then return 'LOST' end
local mark = mark_of(call('HGET', KEYS[2], part), topic)
if not mark or mark < had then return 'LOST' end
if next_ > mark or waits_in_vain(part, topic) then raise_mark(part, topic, math.max(mark, next_)) end
return 'OK'
