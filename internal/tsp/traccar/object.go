package traccar

import (
	"maps"
	"strconv"

	json "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// object is a record as Traccar has it, whole: what an update leaves out is emptied.
type object map[string]jsontext.Value

// put writes a field of ours, if it is given, into a member.
func put[T any](o object, member string, field resource.Opt[T]) {
	switch v, ok := field.Get(); {
	case ok:
		o[member] = encoded(v)
	case field.State() == resource.Null:
		delete(o, member)
	}
}

// encoded is a value of ours as JSON; those of this package always can be.
func encoded(v any) jsontext.Value {
	raw, err := json.Marshal(v, json.Deterministic(true))
	if err != nil {
		return nil
	}
	return raw
}

// number is a number of ours as it was spelt.
func number(n resource.Opt[resource.Number]) resource.Opt[jsontext.Value] {
	switch v, ok := n.Get(); {
	case ok:
		return resource.Of(jsontext.Value(v))
	case n.State() == resource.Null:
		return resource.NullOf[jsontext.Value]()
	}
	return resource.Opt[jsontext.Value]{}
}

// attributes are the members of a record that hold whatever somebody gave it; never nil.
func (o object) attributes() object {
	var kept object
	if _ = json.Unmarshal(o["attributes"], &kept); kept == nil {
		return object{}
	}
	return kept
}

// with returns the record with other attributes.
func (o object) with(attributes object) object {
	out := maps.Clone(o)
	out["attributes"] = encoded(attributes)
	return out
}

// text is a member as text; "" if it is none.
func (o object) text(member string) string {
	var s string
	_ = json.Unmarshal(o[member], &s)
	return s
}

// id is the server's id of the record; "" if it has none.
func (o object) id() resource.SourceID {
	var n int64
	if json.Unmarshal(o["id"], &n) != nil || n <= 0 {
		return ""
	}
	return resource.SourceID(strconv.FormatInt(n, 10))
}

// markAttribute holds the operation that made a record. By it a record is found whose making
// brought no answer.
const markAttribute = "waybillOperation"

// foreseen stands for a record in a preview.
func foreseen(w tsp.Write) object {
	rest, first, last := tsp.Later("other-members"), tsp.Later("first-name"), tsp.Later("last-name")
	o := object{"id": jsontext.Value(w.Target), rest: encoded(rest), "name": encoded(first + " " + last)}
	if w.Kind != resource.KindUser {
		return o.with(object{rest: encoded(rest)})
	}
	return o.with(object{"firstName": encoded(first), "lastName": encoded(last), rest: encoded(rest)})
}

// changed reads the record that is to be changed and puts the fields of a payload into it. The id
// in the body decides what a PUT changes, not the one in its path (BaseObjectResource.update).
func changed[P resource.Payload](path string, into func(object, P, tsp.Write) object) rest.Compose {
	read := func(w tsp.Write) (rest.Call, error) {
		call, err := rest.Get(path + "/{target}")(w)
		call.Foreseen = foreseen(w)
		return call, err
	}
	return rest.Modify(read, func(p P, w tsp.Write, record rest.Answer) (any, error) {
		o, err := rest.Decode[object](record)
		switch {
		case err != nil:
			return nil, err
		case o.id() != w.Target:
			return nil, record.Unexpected("Traccar answered with another record", nil)
		}
		if w.Read != nil {
			w.Read(recordOf(row{o, record.Body}, w))
		}
		return into(o, p, w), nil
	})
}
