-- quick: what is most common is done without making a member of the state: orders that a plain member has already among the
-- records, or which are new, with ids that no other key has, and which change no level. It does as the long way of orders does,
-- or nothing.
local newborn = struct_pack(head_format, form, tag, plain_month, -1, shortest + 1, 0, 0, 0, 0, 0, 0, '', 0)

-- quick_run answers the state, or nil when the long way has to be gone.
local function quick_run(id, text, run)
  if #text < shortest then return nil end
  local form_, tag_, newest, past, first, orders = struct_unpack(quick_format, text)
  if form_ ~= form or newest ~= plain_month or tag_ ~= tag then return nil end
  if replaying and struct_unpack('<d', text, epoch_at) < epoch then return nil end
  local held, count, size = (#text - first + 1) / record, nil, #run
  for i = 1, size, record do
    local order = sub(run, i, i + 7)
    local there = find(text, order, first, true)
    while there and (there - first) % record ~= 0 do there = find(text, order, there + 1, true) end
    if there then
      if sub(text, there + 8, there + 11) ~= sub(run, i + 8, i + 11) then return nil end
      verdicts[given + 1] = 'd'
    else
      if not count then
        count = held
        if orders % 2 == 1 then
          local more = redis.pcall('HLEN', stem .. 'o:' .. id .. digits_of_month(newest))
          if type(more) ~= 'number' then return nil end
          count = held + more
        end
      end
      held, count = held + 1, count + 1
      if crossing[count] or count > max_orders or held > most_records or struct_unpack('<I8', order) <= past then return nil end
      text = text .. (size == record and run or sub(run, i, i + 11))
      verdicts[given + 1] = 's'
    end
    given = given + 1
  end
  return text
end

local left, lefts, behind = {}, 0, 2 -- members for the long way, how many, and where fields end
for g = 1, plains do
  local id, text, run, start = ARGV[ids + g - 1], states[g], ARGV[at + g - 1], given
  local after = quick_run(id, text or newborn, run)
  if not after then
    lefts = lefts + 1
    left[lefts], given = {g = g, start = start}, start + #run / record
  elseif after ~= text then
    fields[behind + 1], fields[behind + 2] = id, after
    behind = behind + 2
  end
end
if lefts + others == 0 then
  if behind > 2 then call(unpack(fields)) end
  return done(0)
end
