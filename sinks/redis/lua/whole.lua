-- whole: may the bucket be read? It has an epoch of this history of the server, and reads nothing back.
local head = call('HMGET', KEYS[1], 'epoch', 'home', 'fence')
local recovering = away(head[1], head[2]) or call('HLEN', KEYS[3]) > 0
epoch = tonumber(head[1] or 0)
