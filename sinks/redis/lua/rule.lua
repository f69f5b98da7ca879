-- rule: brings some members of a bucket under these rules. KEYS as for apply. ARGV behind the rules: fence, cursor, how
-- many members, then sku and rank of each product. It answers the next cursor, how many were seen and how many announced.
local fence, cursor, limit, ranks = ARGV[at], ARGV[at + 1], ARGV[at + 2], {}
if not (tonumber(fence) and tonumber(limit)) then return error_reply('ERR sluice: bad arguments') end
for i = at + 3, #ARGV, 2 do ranks['=' .. ARGV[i]] = ARGV[i + 1] end
local head = call('HMGET', KEYS[1], 'epoch', 'home', 'sent', 'ruling', 'ruled')
if away(head[1], head[2]) or call('HLEN', KEYS[3]) > 0 then return {'RECOVERING'} end
if tonumber(fence) < tonumber(head[4] or -1) then return {'FENCED'} end
if cursor == '0' and head[5] == digits(tag) then return {'OK', '0', 0, 0} end -- a ruling before this one has done it
epoch = tonumber(head[1])

-- remap gives what was bought, and has not ended, the rank that these rules sell. A product that they do not have
-- keeps its rank.
local function remap(m)
  if #m.paid == 0 then return false end
  local key, paid, moved = stem .. 'p:' .. m.id, {}, false
  local bought = ask(m, 'HGETALL', key) or {}
  for i = 1, #bought, 2 do
    local rank, from, till, sku = string.match(bought[i + 1], '^(%d+) (%d+) (%d+) (.*)$')
    if rank and tonumber(till) > now then
      local is = ranks['=' .. sku] or rank
      if is ~= rank then
        if m.ops == none then m.ops = {} end
        m.ops[#m.ops + 1] = {'HSET', key, bought[i], is .. ' ' .. from .. ' ' .. till .. ' ' .. sku}
        moved = true
      end
      paid[#paid + 1] = {tonumber(is), tonumber(from), tonumber(till)}
    end
  end
  if moved then m.paid = paid end
  return moved
end

local page = call('HSCAN', KEYS[4], cursor, 'COUNT', limit)
local members = {}
for i = 1, #page[2], 2 do
  local m = load_member(page[2][i], page[2][i + 1], 0)
  if not m.broken and (remap(m) or m.tag ~= tag) then
    judge(m, 'rules', '')
    m.was_due = -1 -- the timer is set anew, whatever it said
    members[#members + 1] = m
  end
end
if not room(members) then return {'FULL'} end

local sent = tonumber(head[3] or 0)
local now_sent = write_members(members, {'HSET', members_key}, sent)
call('HSET', KEYS[1], 'ruling', fence, 'sent', digits(now_sent))
if page[1] == '0' then call('HSET', KEYS[1], 'ruled', digits(tag)) elseif cursor == '0' then call('HDEL', KEYS[1], 'ruled') end
return {'OK', page[1], #page[2] / 2, now_sent - sent}
