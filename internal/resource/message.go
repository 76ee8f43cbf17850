package resource

import (
	"github.com/google/uuid"
)

// Message is the payload of writing a message to one user.
type Message struct {
	ConnectionID     uuid.UUID
	SenderID         uuid.UUID
	RecipientID      uuid.UUID
	MessageText      Opt[string]
	Priority         Opt[string]
	ReplyToMessageID Opt[uuid.UUID]
}

// Connection is the connection that the write goes to.
func (m *Message) Connection() uuid.UUID { return m.ConnectionID }

func messageKind() declaration {
	return declaration{
		Facts{Kind: KindMessage, Plural: "messages", Log: true, Stays: true,
			References: []string{"sender_id", "recipient_id", "source_sender_id", "source_recipient_id"},
			Members: sent + ` source_recipient_id recipient_id:uuid read_at:date-time recipient_name
			reply_to_message_id:uuid source_reply_to_message_id`},
		[]*Schema{messageSchema()},
	}
}

func messageSchema() *Schema {
	s := schema(KindMessage, Create, messageFields(), func() Payload { return new(Message) })
	s.Order = []string{"sender_id", "recipient_id"}
	return s
}

func messageFields() []Field {
	return []Field{
		connection(func(m *Message) *uuid.UUID { return &m.ConnectionID }),
		required("sender_id", uuidType(), func(m *Message) *uuid.UUID { return &m.SenderID }, refers(KindUser, "source_sender_id")),
		required("recipient_id", uuidType(), func(m *Message) *uuid.UUID { return &m.RecipientID }, refers(KindUser, "source_recipient_id")),
		optional("message_text", textType(), func(m *Message) *Opt[string] { return &m.MessageText }, nonEmpty),
		optional("priority", enumType(), func(m *Message) *Opt[string] { return &m.Priority }, values(messagePriorities())),
		optional("reply_to_message_id", uuidType(), func(m *Message) *Opt[uuid.UUID] { return &m.ReplyToMessageID }, refers(KindMessage, "source_reply_to_message_id")),
	}
}
