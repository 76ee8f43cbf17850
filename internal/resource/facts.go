package resource

import "slices"

// Facts are what the API and the lists of records know of a kind beside its fields.
type Facts struct {
	Kind Kind
	// Plural is the kind's name in paths.
	Plural string
	Verbs  []Verb
	// IDs is the parameter that narrows a list to single records; "" for kinds whose records cannot
	// be read one by one.
	IDs string
	// Log tells that records of the kind are events with a time; their lists take a time range.
	Log bool
	// References names the members of the read model by which a list can be narrowed, each by a
	// parameter with an "s" behind the name.
	References []string
}

// facts holds those of every kind. It is never changed.
var facts = []Facts{
	{Kind: KindVehicle, Plural: "vehicles", Verbs: []Verb{Create, Update}, IDs: "vehicle_ids"},
	{Kind: KindTrailer, Plural: "trailers", Verbs: []Verb{Create, Update}, IDs: "trailer_ids"},
	{Kind: KindUser, Plural: "users", Verbs: []Verb{Create, Update}, IDs: "user_ids"},
	{Kind: KindMessage, Plural: "messages", Verbs: []Verb{Create}, Log: true,
		References: []string{"sender_id", "recipient_id", "source_sender_id", "source_recipient_id"}},
	{Kind: KindGroupMessage, Plural: "group-messages", Verbs: []Verb{Create}, Log: true,
		References: []string{"sender_id", "group_id", "source_sender_id", "source_group_id"}},
	{Kind: KindDvirLog, Plural: "dvir-logs", Verbs: []Verb{Create}, Log: true,
		References: []string{"driver_id", "vehicle_id"}},
	{Kind: KindFuelTransaction, Plural: "fuel-transactions", Verbs: []Verb{Create}, Log: true,
		References: []string{"driver_id", "source_driver_id", "vehicle_id"}},
}

// AllFacts lists the facts of every kind.
func AllFacts() []Facts { return slices.Clone(facts) }

// Facts returns the facts of a kind.
func (k Kind) Facts() Facts {
	if i := slices.IndexFunc(facts, func(f Facts) bool { return f.Kind == k }); i >= 0 {
		return facts[i]
	}
	return Facts{Kind: k}
}

// Kinds lists every kind that can be written.
func Kinds() []Kind {
	all := make([]Kind, len(facts))
	for i, f := range facts {
		all[i] = f.Kind
	}
	return all
}
