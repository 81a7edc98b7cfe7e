package secret

// Mark is what stands for a value that must be found and not read. Version is the key of the index that made it.
type Mark struct {
	Version uint32
	Bytes   []byte // 32
}

const markLength = 32

// Index marks a value under the primary key. Equal marks are equal values of the same kind, and nothing else can be learned from one
// without the keys. The kind ("code", "request") keeps equal values of different kinds apart.
func (k *Keys) Index(kind string, value []byte) Mark {
	r := k.now.Load()
	return r.must(r.index.PrimaryID, kind, value)
}

// Indexes marks a value under every key, the primary's first, then in ascending order: what was marked under any of them is among these.
func (k *Keys) Indexes(kind string, value []byte) []Mark {
	r := k.now.Load()
	var marks []Mark
	for _, version := range versions(r.indexHandle) {
		marks = append(marks, r.must(version, kind, value))
	}
	return marks
}

// IndexVersions are the keys of the index, the primary first, then in ascending order.
func (k *Keys) IndexVersions() []uint32 { return versions(k.now.Load().indexHandle) }

func (r *rings) must(version uint32, kind string, value []byte) Mark {
	m, err := r.mark(version, kind, value)
	if err != nil {
		panic("secret: " + err.Error()) // a keyset that cannot mark is refused when it is read
	}
	return m
}

func (r *rings) mark(version uint32, kind string, value []byte) (Mark, error) {
	key, ok := r.index.PRFs[version]
	if !ok {
		return Mark{}, ErrBadKeys
	}
	sum, err := key.ComputePRF(append(append([]byte(kind), 0), value...), markLength)
	return Mark{Version: version, Bytes: sum}, err
}

// Bytes gives the marks as they are stored and compared.
func Bytes(marks []Mark) [][]byte {
	all := make([][]byte, len(marks))
	for i, m := range marks {
		all[i] = m.Bytes
	}
	return all
}
