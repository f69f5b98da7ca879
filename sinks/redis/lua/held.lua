-- held: what is held of some members. KEYS: head, watermarks, recovering, members, due. ARGV behind the rules: one member
-- or '', a cursor, how many members, then months. It answers the next cursor, and of each member: id, announced, level,
-- pending, told, tombstones, then the records of each month.
if recovering then return {'RECOVERING'} end
local one, cursor, limit, months = ARGV[at], ARGV[at + 1], ARGV[at + 2], {}
for i = at + 3, #ARGV do months[#months + 1] = tonumber(ARGV[i]) end

-- told is true when the history ends with what the state says was announced, and the timer of the state stands.
local function told(m)
  if m.due > 0 and tonumber(call('ZSCORE', KEYS[5], m.id) or -1) ~= m.due then return false end
  local last = ask(m, 'LINDEX', stem .. 'h:' .. m.id, -1)
  if not last then return m.version == 0 end
  local to, said, version = string.match(last, '^[^\n]*\n([^\n]*)\n[^\n]*\n[^\n]*\n[^\n]*\n[^\n]*\n(%d+)\n(%d+)\n')
  return to == m.announced and tonumber(said) == m.epoch and tonumber(version) == m.version
end

local function held(id, text)
  local m = load_member(id, text, tag)
  local voids, counted = {}, {}
  for i = 1, #months do
    local month = months[i]
    counted[i] = records_of(m, month)
    local buried = has(m, m.voids, month) and ask(m, 'SMEMBERS', voids_key(m, month)) or {}
    for j = 1, #buried do voids[#voids + 1] = buried[j] end
  end
  local level = names[standing(m)]
  local pending = m.tag ~= tag or (m.due > 0 and m.due <= now)
  local fine = told(m) and not m.broken
  return {id, m.announced == '' and names[0] or m.announced, level, pending and 1 or 0, fine and 1 or 0, voids, counted}
end

local page = one ~= '' and {'0', {one, call('HGET', KEYS[4], one)}} or call('HSCAN', KEYS[4], cursor, 'COUNT', limit)
local found = {}
for i = 1, #page[2], 2 do found[#found + 1] = held(page[2][i], page[2][i + 1]) end
return {'OK', page[1], found}
