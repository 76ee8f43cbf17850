package fence

// Query asks a lane for its chains in the order of their keys: for the oldest unfinished items of
// each. A key is text; what stands before its first "/" is its stream. Chains of one stream want
// the same limits, so a stream whose limit is used up need not be read to find what else could
// run. Reading by keys costs as much as what it returns, however many items a chain has.
type Query struct {
	Lane Lane
	// Stream, if its name is set, asks for chains of that stream only.
	Stream Stream
	// After is the key behind which to begin.
	After string
	// Chains bounds the chains, and Depth the items of each.
	Chains, Depth int
}

// Bounds returns the keys between which the chains lie, both excluded. "0" is the character that
// follows "/".
func (q Query) Bounds() (after, before string) {
	name := q.Stream.Name
	if name == "" {
		return q.After, "\U0010FFFF"
	}
	return max(q.After, name+"/"), name + "0"
}

// Stream names chains of a lane that want the same limits, and whose they are. A chain in which items of
// several shares wait is in the stream of each.
type Stream struct {
	Name string
	// Share is on whose behalf the items are; "" for all, or where nobody is told apart.
	Share string
}
