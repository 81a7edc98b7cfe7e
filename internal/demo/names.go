package demo

// Given and family names are joined by chance: none of these people exists. Many family names are made up.
var (
	womenItalian = []string{"Giulia", "Chiara", "Martina", "Sara", "Elena", "Francesca", "Valentina", "Laura", "Paola", "Silvia", "Anna", "Lucia", "Ilaria",
		"Marta", "Noemi", "Beatrice", "Cristina", "Daniela", "Serena", "Teresa", "Alice", "Veronica", "Rosa", "Carla", "Gaia", "Irene", "Michela", "Sonia"}
	menItalian = []string{"Marco", "Andrea", "Luca", "Matteo", "Davide", "Simone", "Alessio", "Paolo", "Stefano", "Federico", "Giovanni", "Nicola", "Pietro",
		"Emanuele", "Daniele", "Roberto", "Claudio", "Fabio", "Gabriele", "Tommaso", "Riccardo", "Mirko", "Samuele", "Enrico", "Mauro", "Filippo", "Dario", "Ivan"}
	familiesItalian = []string{"Berticelli", "Nardaroni", "Lunardellini", "Vannelloni", "Ricciardini", "Bertagnolini", "Mazzerini", "Giorgerini", "Del Fiorano", "Tonarellini",
		"Bordigiani", "Pucciarini", "Corsinelli", "Marchettoni", "Bellafiore", "Fruzzini", "Lazzerottini", "Baldazzini", "Cordianelli", "Menconelli", "Orsettini",
		"Pisanelli", "Guadagninelli", "Balduccini", "Rossarellini", "Biancalanti", "Ferrarinelli", "Morettini", "Gallianelli", "Contarinelli", "Santarellini", "Montebianchi",
		"Apuanelli", "Fontevivi", "Cavallottini", "Pelliccioni", "Sarteschini", "Vatterelli", "Zampolini", "Bruscherini", "Dell'Acquaviva", "Ghirlandini", "Passarinelli", "Tavernelli"}
)

// origin is where somebody comes from: country, Belfiore code of the country, names.
type origin struct {
	country, belfiore   string
	women, men, surname []string
}

var origins = []origin{
	{"MA", "Z330", []string{"Fatima", "Khadija", "Salma", "Hanane"}, []string{"Youssef", "Hamza", "Rachid", "Omar"}, []string{"El Manouri", "Benhadi", "Ouarzani", "Tazroui"}},
	{"AL", "Z100", []string{"Elira", "Anila", "Besa"}, []string{"Arben", "Ilir", "Erion", "Klajdi"}, []string{"Hoxhani", "Dervolli", "Shkurtaj", "Kolani"}},
	{"RO", "Z129", []string{"Ioana", "Mihaela", "Andreea"}, []string{"Ionut", "Marius", "Catalin"}, []string{"Popareanu", "Ciobaru", "Stanculescu", "Dumitrel"}},
	{"NG", "Z335", []string{"Blessing", "Joy", "Precious", "Faith"}, []string{"Emeka", "Chidi", "Samuel"}, []string{"Okonduwa", "Adeyomi", "Ezeigbo", "Osarume"}},
	{"BD", "Z249", []string{"Nasrin", "Shirin"}, []string{"Rafiq", "Tanvir", "Jamal", "Arif"}, []string{"Rahmanuddin", "Hossani", "Miahzad", "Chowdar"}},
	{"UA", "Z138", []string{"Oksana", "Natalia", "Iryna"}, []string{"Andriy", "Petro"}, []string{"Kovalenchuk", "Shevrenko", "Melnikova"}},
	{"SN", "Z343", []string{"Aminata", "Awa"}, []string{"Mamadou", "Ibrahima", "Cheikh", "Modou"}, []string{"Dioufall", "Ndiayene", "Sarrane", "Fayelle"}},
	{"GM", "Z317", []string{"Fatou", "Mariama"}, []string{"Lamin", "Ebrima", "Bakary"}, []string{"Jallowe", "Ceesayne", "Toureh"}},
	{"PK", "Z236", []string{"Ayesha"}, []string{"Bilal", "Usman", "Imran"}, []string{"Hussainzai", "Butterwal", "Khanzad"}},
	{"TN", "Z352", []string{"Amira", "Rim"}, []string{"Slim", "Anis", "Walid"}, []string{"Benamorri", "Trabelzi", "Gharbini"}},
}

// belfiores are places of birth in Italy with their Belfiore codes: the territory, and some towns.
var belfiores = []string{"F023", "B832", "F679", "G628", "E715", "D612", "H501", "F839", "E463", "A944"}

// services are those that refer people.
var services = map[string][]string{
	"health":     {"Centro di salute mentale, zona Apuane", "Servizio per la disabilità adulta, zona Apuane", "Servizio per le dipendenze, zona Apuane"},
	"penal":      {"Ufficio esecuzione penale esterna", "Area educativa della casa di reclusione"},
	"protection": {"Centro antiviolenza", "Ente attuatore del programma anti-tratta"},
	"restricted": {"Servizio sociale professionale, Comune di Carrara", "Servizio sociale professionale, Comune di Massa",
		"Servizio sociale professionale, Comune di Montignoso", "Sistema di accoglienza e integrazione", "Servizio tutela minori"},
}

var streets = []string{"Via dei Lecci", "Via della Teleferica", "Viale dei Marmi", "Via del Candore", "Via delle Pinete", "Piazza dei Cavatori",
	"Via della Foce", "Via dei Cipressi", "Viale delle Tamerici", "Via del Pungiglione", "Via dell'Arenile", "Via dei Limoni"}
