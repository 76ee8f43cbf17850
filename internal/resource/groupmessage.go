package resource

import (
	"github.com/google/uuid"
)

// GroupMessage is the payload of writing one message to several users.
type GroupMessage struct {
	ConnectionID uuid.UUID
	SenderID     uuid.UUID
	RecipientIDs []uuid.UUID
	MessageText  Opt[string]
	Priority     Opt[string]
}

// Connection is the connection that the write goes to.
func (g *GroupMessage) Connection() uuid.UUID { return g.ConnectionID }

// maxRecipients bounds the recipients of one message. Many TSPs take a call for each, so a
// thousand of them are minutes of a connection's limit already, and each event shows them all.
const maxRecipients = 1000

func groupMessageKind() declaration {
	return declaration{
		Facts{Kind: KindGroupMessage, Plural: "group-messages", Log: true, Stays: true,
			References: []string{"sender_id", "group_id", "source_sender_id", "source_group_id"},
			Members:    sent + ` source_recipient_ids:texts recipient_ids:uuids group_id:uuid source_group_id`},
		[]*Schema{groupMessageSchema()},
	}
}

func groupMessageSchema() *Schema {
	return schema(KindGroupMessage, Create, groupMessageFields(), func() Payload { return new(GroupMessage) })
}

func groupMessageFields() []Field {
	return []Field{
		connection(func(g *GroupMessage) *uuid.UUID { return &g.ConnectionID }),
		required("sender_id", uuidType(), func(g *GroupMessage) *uuid.UUID { return &g.SenderID }, refers(KindUser, "source_sender_id")),
		required("recipient_ids", uuidsType(), func(g *GroupMessage) *[]uuid.UUID { return &g.RecipientIDs }, refers(KindUser, "source_recipient_ids"), nonEmpty, most(maxRecipients)),
		optional("message_text", textType(), func(g *GroupMessage) *Opt[string] { return &g.MessageText }, nonEmpty),
		optional("priority", enumType(), func(g *GroupMessage) *Opt[string] { return &g.Priority }, values(messagePriorities())),
	}
}
