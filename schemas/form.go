package schemas

// form is the fields of a flat record, texts and whole numbers, for the two readers of its JSON.
type form []formField

// formField is one field. Fields stand in the order in which they are usually written; they are checked
// in that order too.
type formField struct {
	name     string
	kind     kind
	required bool
}

// maxFormFields bounds the fields of a form, so that cells need no memory of their own.
const maxFormFields = 12

// maxFormBytes is the longest value of a record that has a form.
const maxFormBytes = 16 << 10

// cells is what a reader found, by a field's place in the form. Texts alias the value, unless they had
// to be unescaped.
type cells struct {
	texts   [maxFormFields][]byte
	numbers [maxFormFields]int64
	have    placeSet // fields with a value
	unknown int      // fields that the form does not have
}

// placeSet is a set of places in a form.
type placeSet uint16

func (s placeSet) has(place int) bool      { return s&(1<<place) != 0 }
func (s placeSet) with(place int) placeSet { return s | 1<<place }

// place is where the field of that exact name stands, -1 when the form has none. The search begins at
// near: most records have the form's order, and need one comparison.
func (f form) place(name []byte, near int) int {
	for i := near; i < len(f); i++ {
		if f[i].name == string(name) {
			return i
		}
	}
	for i := range near {
		if f[i].name == string(name) {
			return i
		}
	}
	return -1
}

// read fills c from the JSON of a record. Every error is a *FieldError.
func (f form) read(c *cells, value []byte) error {
	if len(value) > maxFormBytes {
		return &FieldError{CodeTooLarge, "", "longer than 16 KiB"}
	}
	if !f.scan(c, value) {
		*c = cells{}
		if err := f.readGeneral(c, value); err != nil {
			return err
		}
	}
	return f.checkRequired(c)
}

// checkRequired refuses a record without a field that it must have, or with an empty text or id there.
func (f form) checkRequired(c *cells) error {
	for i := range f {
		switch {
		case !f[i].required:
		case !c.have.has(i):
			return &FieldError{CodeMissing, f[i].name, "required"}
		case f[i].kind == kindText && len(c.texts[i]) == 0, f[i].kind == kindID && c.numbers[i] == 0:
			return &FieldError{CodeMissing, f[i].name, "empty"}
		}
	}
	return nil
}
