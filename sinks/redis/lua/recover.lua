-- recover: gives the bucket a new epoch and home if this claim still stands in it. ARGV: claim, epoch, then
-- part, topic and end of each feed. It answers 1 when it did, 0 when not,
-- and below 0 the epoch that is there and is not lower.
local epoch_new = tonumber(ARGV[2])
if not epoch_new or epoch_new < 1 or #ARGV % 3 ~= 2 then return error_reply('ERR sluice: bad arguments') end
local head, home = call('HMGET', KEYS[1], 'epoch', 'claim', 'claimhome'), server_home()
if head[2] ~= ARGV[1] or head[3] ~= home then return 0 end
if epoch_new <= tonumber(head[1] or 0) then return -1 - tonumber(head[1]) end
local back = {}
for i = 3, #ARGV, 3 do
  local mark = mark_of(call('HGET', KEYS[2], ARGV[i]), ARGV[i + 1]) or 0
  if mark < tonumber(ARGV[i + 2]) then
    back[#back + 1] = ARGV[i]
    back[#back + 1] = ARGV[i + 2] .. ' ' .. ARGV[i + 1]
  end
end
call('EXISTS', KEYS[3])
call('HSET', KEYS[1], 'epoch', digits(epoch_new), 'home', home)
call('HDEL', KEYS[1], 'claim', 'claimed', 'claimhome')
call('DEL', KEYS[3])
if #back > 0 then call('HSET', KEYS[3], unpack(back)) end
return 1
