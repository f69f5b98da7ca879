package fault

// Kinds is the table of all faults. A file of drills names them; a new kind is a line here.
func Kinds() map[string]Kind {
	return map[string]Kind{}
}
