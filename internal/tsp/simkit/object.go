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

// Elements are those of a member that is a list of values of one type. What is of another type is an empty value.
func Elements[T any](o Object, name string) []T {
	list, _ := o[name].([]any)
	out := make([]T, 0, len(list))
	for _, v := range list {
		one, _ := v.(T)
		out = append(out, one)
	}
	return out
}
