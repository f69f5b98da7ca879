package schemas

// FieldError says which field of a record is not acceptable, and why. Code is one of the
// Code constants: a stable word for programs, a metric label, a dead letter's reason.
type FieldError struct {
	Code   string
	Field  string // JSON name, "" when it is the whole record
	Detail string // one line for a person; never the record's body
}

// Error is the code, the field and the detail.
func (e *FieldError) Error() string {
	if e.Field == "" {
		return e.Code + ": " + e.Detail
	}
	return e.Code + ": " + e.Field + ": " + e.Detail
}

// The codes of a FieldError.
const (
	CodeBadJSON     = "bad_json"     // not one JSON object
	CodeBadProtobuf = "bad_protobuf" // not the protobuf form
	CodeBadUTF8     = "bad_utf8"     // text that is not UTF-8, a lone surrogate, a NUL
	CodeDuplicate   = "duplicate_key"
	CodeMissing     = "missing"       // a required field is absent or empty
	CodeWrongType   = "wrong_type"    // text where a number belongs
	CodeOutOfRange  = "out_of_range"  // a number outside its bounds, NaN or infinite
	CodeNullIsland  = "null_island"   // 0,0: a receiver without a fix
	CodeTooLong     = "too_long"      // an id or text over its limit
	CodeTooLarge    = "too_large"     // the whole record, or its depth
	CodeManyKeys    = "too_many_keys" // that the schema does not know
	CodeUnknownEnum = "unknown_value"
)
