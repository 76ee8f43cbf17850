package connection

import "github.com/waybill-dev/waybill/internal/resource"

// Wishes are what becomes of writes through a connection beside their being sent. They say nothing to the TSP, so that
// a change of them is not tried there. Their members are those of the wire.
type Wishes struct {
	// SyncEvents tells that sync writes raise events as any others do.
	SyncEvents bool `json:"sync_events"`
	// VerifyWrites tells that the records which are written are read back, where the TSP can be read and the write does
	// not say otherwise.
	VerifyWrites bool `json:"verify_writes"`
}

func syncEvents() resource.Field {
	return resource.Field{Name: "sync_events", Type: resource.Boolean, Nullable: true}
}

func verifyWrites() resource.Field {
	return resource.Field{Name: "verify_writes", Type: resource.Boolean, Nullable: true}
}

// wished are the wishes that a body leaves. null is the same as absent.
func wished(b *resource.Object, before Wishes) Wishes {
	set := func(name string, into *bool) {
		if v, state := b.Value(name); state == resource.Set {
			*into, _ = v.(bool)
		}
	}
	set("sync_events", &before.SyncEvents)
	set("verify_writes", &before.VerifyWrites)
	return before
}
