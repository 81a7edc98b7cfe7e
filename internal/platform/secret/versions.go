package secret

import (
	"slices"

	"github.com/tink-crypto/tink-go/v2/keyset"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
)

// versions are the enabled keys of a keyset, the primary first, then in ascending order.
func versions(h *keyset.Handle) []uint32 {
	info := h.KeysetInfo()
	var rest []uint32
	for _, key := range info.GetKeyInfo() {
		if key.GetStatus() == tinkpb.KeyStatusType_ENABLED && key.GetKeyId() != info.GetPrimaryKeyId() {
			rest = append(rest, key.GetKeyId())
		}
	}
	slices.Sort(rest)
	return append([]uint32{info.GetPrimaryKeyId()}, rest...)
}
