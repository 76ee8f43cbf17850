package simkit

// Text is a text member of an object, or "".
func Text(o Object, name string) string {
	s, _ := o[name].(string)
	return s
}

// Int is a whole-number member of an object, or 0.
func Int(o Object, name string) int64 {
	n, _ := o[name].(int64)
	return n
}

// Texts is a member that is a list of texts.
func Texts(o Object, name string) []string {
	list, _ := o[name].([]any)
	out := make([]string, 0, len(list))
	for _, v := range list {
		s, _ := v.(string)
		out = append(out, s)
	}
	return out
}
