package tsp

import (
	"cmp"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/wire"
)

// CapabilityDocument tells a program everything about the writes of one TSP, or of one
// connection to it.
type CapabilityDocument struct {
	TSPID        uuid.UUID          `json:"tsp_id"`
	SourceName   Name               `json:"source_name"`
	DisplayName  string             `json:"display_name"`
	ConnectionID *uuid.UUID         `json:"connection_id,omitempty"`
	Settings     []SettingDocument  `json:"settings"`
	Credentials  []CredentialShapes `json:"credentials"`
	Writes       []WriteDocument    `json:"writes"`
	Imports      []ImportDocument   `json:"imports"`
}

// SettingDocument describes a setting of connections.
type SettingDocument struct {
	Key      string      `json:"key"`
	Label    string      `json:"label"`
	Type     SettingType `json:"type"`
	Required bool        `json:"required"`
	Secret   bool        `json:"secret"`
	Default  any         `json:"default"`
	// Values are those that a string may have; nil for any.
	Values *[]string `json:"values"`
}

// CredentialShapes describes one shape of credentials that the TSP takes.
type CredentialShapes struct {
	Kind   string             `json:"kind"`
	Fields []CredentialMember `json:"fields"`
}

// CredentialMember is one member of credentials.
type CredentialMember struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"`
}

// WriteDocument describes a write. What is not available has a reason; a write
// that the TSP has not at all has no fields and a schema that no body fits.
type WriteDocument struct {
	Resource      resource.Kind `json:"resource"`
	OperationType resource.Verb `json:"operation_type"`
	Available     bool          `json:"available"`
	Reason        *string       `json:"reason"`
	Idempotency   Strength      `json:"idempotency"`
	// SettlesAfterSeconds is how long after its answer was lost the write may still take effect; 0 for
	// one that the TSP has not.
	SettlesAfterSeconds float64 `json:"settles_after_seconds"`
	// Unknowable says what no look-up can know; nil where there is nothing.
	Unknowable *string `json:"unknowable"`
	// Unverifiable says why the written record cannot be read back; nil where it can.
	Unverifiable *string         `json:"unverifiable"`
	Limits       []LimitDocument `json:"limits"`
	Fields       []FieldDocument `json:"fields"`
	// Schema is the JSON Schema of the bodies that are accepted. Whether references can be
	// resolved, and rules between several fields, are checked beside it.
	Schema *resource.JSONSchema `json:"schema"`
}

// Refuse makes the write unavailable for a reason.
func (w *WriteDocument) Refuse(reason string) { w.Available, w.Reason = false, &reason }

// ImportDocument says whether the TSP's own records of a kind are imported.
type ImportDocument struct {
	Resource  resource.Kind `json:"resource"`
	Available bool          `json:"available"`
	// Reason says why they are not, or, where they are, which of them are left out.
	Reason *string `json:"reason"`
}

// LimitDocument is a rate or a bound of calls at once that the write is held to.
type LimitDocument struct {
	Key           string  `json:"key"`
	Scope         Scope   `json:"scope"`
	Events        int     `json:"events"`
	PeriodSeconds float64 `json:"period_seconds"`
	AtOnce        int     `json:"at_once,omitzero"`
	Source        string  `json:"source"`
}

// Document describes the limit.
func (l Limit) Document() LimitDocument {
	return LimitDocument{l.Key, l.Scope, l.Events, l.Period.Seconds(), l.AtOnce, l.Source}
}

// FieldDocument says what becomes of a field.
type FieldDocument struct {
	Name   string  `json:"name"`
	Use    Use     `json:"use"`
	Reason *string `json:"reason"`
	// Unread says why the TSP's records do not show what was sent, or not all of it; nil where they do, where
	// the field is not sent, and where records of the kind are not imported.
	Unread *string `json:"unread"`
}

// Document describes an adapter's writes on a connection with the settings; nil stands for a
// connection on which none is set.
func Document(s Spec, set Settings) CapabilityDocument {
	d := CapabilityDocument{TSPID: s.Name.ID(), SourceName: s.Name, DisplayName: s.DisplayName,
		Settings: []SettingDocument{}, Credentials: []CredentialShapes{}}
	for _, one := range s.Settings {
		setting := SettingDocument{Key: one.Key, Label: one.Label, Type: one.Type, Required: one.Required,
			Secret: one.Secret, Default: one.Default}
		if one.Values != nil {
			setting.Values = &one.Values
		}
		d.Settings = append(d.Settings, setting)
	}
	for _, kind := range s.Credentials {
		shape := CredentialShapes{Kind: kind.Kind, Fields: []CredentialMember{}}
		for _, f := range kind.Fields {
			shape.Fields = append(shape.Fields, CredentialMember{f.Name, cmp.Or(f.Label, f.Name), f.Required, f.Secret})
		}
		d.Credentials = append(d.Credentials, shape)
	}
	settings := s.Effective(set)
	for _, c := range Capabilities() {
		d.Writes = append(d.Writes, s.writeDocument(c, settings))
	}
	for _, kind := range resource.Kinds() {
		why := s.WhyNotImported(kind)
		d.Imports = append(d.Imports, ImportDocument{kind, why == "", wire.Optional(cmp.Or(why, s.ImportNote(kind)))})
	}
	return d
}

func (s Spec) writeDocument(c Capability, settings Settings) WriteDocument {
	w := WriteDocument{Resource: c.Kind, OperationType: c.Verb, Idempotency: None, Schema: resource.NoBody(), Limits: []LimitDocument{}, Fields: []FieldDocument{}}
	action, ok := s.Actions[c]
	schema, err := resource.For(c.Kind, c.Verb)
	if !ok || err != nil {
		w.Refuse(s.cell(c).Reason)
		w.Unverifiable = w.Reason
		return w
	}
	w.Available, w.Unverifiable = true, wire.Optional(s.Unverifiable(c.Kind))
	if why := action.Lacks(settings); why != "" {
		w.Refuse(why)
	}
	action = action.Under(settings)
	w.Idempotency, w.Unknowable = action.Strength, wire.Optional(action.Unknowable)
	w.SettlesAfterSeconds = s.Settling(c).Seconds()
	for _, key := range action.Limits {
		for _, l := range s.Limits {
			if l.Key == key {
				w.Limits = append(w.Limits, l.Document())
			}
		}
	}
	for i := range schema.Fields {
		name := schema.Fields[i].Name
		if use, declared := action.Uses[name]; declared {
			field := FieldDocument{Name: name, Use: use.Use, Reason: wire.Optional(use.Reason)}
			if s.WhyNotImported(c.Kind) == "" {
				field.Unread = wire.Optional(use.Unread)
			}
			w.Fields = append(w.Fields, field)
		}
	}
	w.Schema = action.JSONSchema(s.DisplayName, schema)
	return w
}

// JSONSchema narrows the schema of the write's bodies to what Apply takes. The action must be
// that of the settings (Under).
func (a Action) JSONSchema(display string, s *resource.Schema) *resource.JSONSchema {
	base := s.JSONSchema()
	out := *base
	out.Properties = nil
	var reach []*resource.JSONSchema
	for _, p := range base.Properties {
		use, declared := a.Uses[p.Name]
		if !declared {
			out.Properties = append(out.Properties, p)
			continue
		}
		if use.narrow(p.JSONSchema, display, s.Verb, s.Field(p.Name)) {
			out.Properties = append(out.Properties, p)
		}
		if use.Use == UseRequired && s.Verb == resource.Create {
			out.Required = append(out.Required, p.Name)
		}
		if use.Use == UseSent || use.Use == UseRequired {
			reach = append(reach, &resource.JSONSchema{Required: []string{p.Name}})
		}
	}
	if s.Verb == resource.Update {
		// An update must hold something that reaches the TSP.
		out.AnyOf = reach
	}
	return &out
}

// narrow makes the schema of a field that of a use; false if the field cannot be given.
func (u FieldUse) narrow(j *resource.JSONSchema, display string, verb resource.Verb, f *resource.Field) bool {
	creates := verb == resource.Create
	switch {
	case u.Use == UseDropped:
		j.Description = "not sent to " + display + ": " + u.Reason
		return true
	case u.Use == UseRejected:
		return u.only(j, display, creates)
	}
	if u.Reason != "" {
		j.Description = u.Reason
	}
	if u.Use == UseRequired || u.NoNull && !creates {
		j.ForbidNull()
	}
	if f.Type == resource.Text || f.Type == resource.Enum {
		j.MinLength, j.MaxLength = u.Least, u.Most
	}
	if u.Values != nil && f.Type != resource.Enums {
		j.Narrow(u.Values)
	}
	return true
}

// only leaves of a rejected field what is no loss: null in a new record, which has nothing to
// clear, and the one value that passes.
func (u FieldUse) only(j *resource.JSONSchema, display string, creates bool) bool {
	var left []any
	if u.Unless != nil {
		left = append(left, *u.Unless)
	}
	if creates && j.TakesNull() {
		left = append(left, nil)
	}
	*j = resource.JSONSchema{Enum: left, Description: "cannot be written at " + display + ": " + u.Reason}
	return len(left) > 0
}
