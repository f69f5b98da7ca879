-- open: looks for a loss and claims it, or begins a lane. ARGV: part, topic, oldest, next, fresh, anew, claim, how long
-- another's claim is left alone (ms). It answers what was found (lost: 1 ours, 2 another's), the watermark
-- before and after (-1 = none), the epoch, and whether the bucket is unborn.
local part, topic, oldest, next_, fresh, anew = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5] == '1', ARGV[6] == '1'
local claim, patience = ARGV[7], tonumber(ARGV[8])
if not (oldest and next_ and patience) then return error_reply('ERR sluice: bad arguments') end
local head = call('HMGET', KEYS[1], 'epoch', 'home', 'claim', 'claimed', 'claimhome')
local function process_of(who) return string.match(who, '^[^/]*') end -- of which a claim is
local found = mark_of(call('HGET', KEYS[2], part), topic)
local recovering = mark_of(call('HGET', KEYS[3], part), topic)
local before = found or -1
local short = not fresh and math.max(before, oldest) < next_ and not recovering
if away(head[1], head[2]) or short then
  local time = call('TIME')
  local at = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  local others = head[3] and head[5] == server_home() and process_of(head[3]) ~= process_of(claim)
  if others and at - tonumber(head[4]) < patience then
    return {2, before, before, tonumber(head[1] or 0), head[1] and 0 or 1}
  end
  call('HSET', KEYS[1], 'claim', claim, 'claimed', digits(at), 'claimhome', server_home())
  return {1, before, before, tonumber(head[1] or 0), head[1] and 0 or 1}
end
local after = before
if anew then after = math.min(after, next_) end
after = math.max(after, oldest)
raise_mark(part, topic, after)
return {0, before, after, tonumber(head[1]), 0}
