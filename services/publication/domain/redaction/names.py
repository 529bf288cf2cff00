"""How names of people are written: after a title, after a word that introduces them, or alone.

Lists, for Indonesian has no sign that tells a name: what stands in none of them is not found, and
a person has to read the text all the same.
"""

from typing import Final

TITLES: Final = (
    r"bapak/ibu|bapak|bpk\.?|ibu|pak|bu|tuan|nyonya|nona|mbak|mba|mbok|mas|bang|kang|teh|teteh|koh|cik|daeng|pakde|bude|"
    r"paklik|bulik|mbah|eyang|saudara|saudari|sdri?\.?|sdra\.?|tn\.|ny\.|nn\.|by\.|an\.|"
    r"alm\.?|almh\.?|haji|hajjah|hj\.|ustaz|ustazah|kyai|dr\.?|drg\.?|ns\.|prof\.|dokter|bidan|suster|"
    r"sus|perawat|mantri|apoteker|kader|satpam|petugas|kasir|sopir|lurah|kades|camat"
)
"""What stands before a name, in any case."""

SPOKEN: Final = (
    r"bapak|bpk\.?|ibu|pak|bu|mbak|mba|mas|mbah|pakde|bude|dr\.|drg\.|tn\.|ny\.|an\.|sdri?\.?"
)
"""The titles after which people write a name small, too, in chats and on slips."""

OFFICES: Final = (
    r"(?:kepala\s+)?(?:lurah|desa|dusun|kades|kadus|camat|haji|rt|rw|guru|dokter|bidan|mantri|"
    r"dr\.|drg\.)"
)
"""What may stand between a title and a name."""

INTRODUCED: Final = (
    r"nama(?:nya)?(?:\s+(?:saya|pasien|lengkap|anak|ibu|bapak))?(?:\s+(?:adalah|ialah))?|bernama|"
    r"atas\s+nama|a\.\s?n\.|panggil(?:an)?(?:\s+saya)?|saya|pasien|"
    r"(?:istri|suami|anak|bapak|ibu|ayah|adik|kakak|cucu|mertua|menantu|tetangga|teman)\s+saya|"
    r"saksi|pelapor|keluarga|hormat\s+saya|tertanda|salam|ketemu|si"
)
"""Words after which a name may stand, with a comma or a colon between."""

_GIVEN: Final = """
Abdul Abdullah Achmad Adi Aditya Agung Agus Ahmad Aisyah Akbar Ali Amalia Aminah Amir Ana Anang
Andi Andika Andri Anggi Ani Anik Anisa Anita Anton Anwar Ari Arif Aris Arum Asep Asih Astuti
Atik Ayu Aziz Bagas Bagus Bambang Basuki Bayu Budi Budiono Cahyo Candra Catur Cici Citra Dadang
Damar Dani Daniel Darmawan Darmi Darsono Darto Dede Deni Desi Dewi Dian Diana Didik Dimas Dina
Djoko Doni Dwi Edi Eka Eko Elisabet Elly Endah Endang Erna Erni Ester Evi Fadli Fajar Farida
Fatimah Fauzi Febri Feri Fitri Fitriani Fransiska Fransiskus Galih Gatot Gilang Ginanjar
Gunawan Guntur Hadi Halimah Hamid Handoko Hani Hari Hariyanto Hartini Hartono Hasan Hendra
Hendri Heri Heru Hesti Hidayat Husein Ida Iis Ika Ilham Imam Iman Imron Indah Indra Intan Irfan
Irma Irwan Ismail Iswanto Iwan Jamal Jaka Joko Joni Jumadi Kartika Kartini Kasman Khadijah
Kholifah Komang Krisna Kurnia Kurniawan Kusuma Ketut Laila Lastri Lestari Lia Lilis Lina Linda
Listiyani Lukman Lusi Made Mahmud Maria Marni Marsono Martono Maryam Maryati Mega Meri Mira
Mohamad Mohammad Muhammad Mukhlis Mulyadi Mulyani Mulyono Murni Murti Mustofa Nanang Nanik Narti
Neneng Ngadiman Nia Nina Ningsih Nita Novi Nugroho Nur Nurhayati Nurul Nyoman Okta Paijo Paulus
Parno Paryono Ponijan Poniman Ponirah Prasetyo Pratiwi Purnomo Purwanti Purwanto Putra Putri
Putu Rahayu Rahmat Rahmawati Rani Ratih Ratna Reni Retno Ria Rian Ridwan Rifki Rika Rina Rini
Rita Rizal Rizki Rizky Rohmah Rohmat Rosa Rosida Rudi Rukmini Rusdi Sabar Sakinah Samsul Santi
Santoso Sapto Sari Sarinah Sarno Sarwono Satria Septi Setiawan Setyo Sigit Siska Siswanto Siti
Slamet Soleh Sri Suci Sudarmi Sudarno Sudarti Sudiro Sugeng Sugiarti Sugiarto Sugiono Suhartini
Suharto Sujarwo Sukarman Sukarni Sukinah Sulastri Sulis Sumarni Sumarno Sumiati Sumini Sumiyati
Sunardi Sunarti Supardi Suparman Suparmi Suparno Supri Supriyadi Suranto Surya Suryani Suryanto
Susanti Susanto Susi Sutarno Sutinah Sutrisno Suwarni Suwarno Suyanti Suyanto Syahrul Tarsih
Taufik Teguh Tini Titik Toni Tri Tugiman Tuginem Tukiman Tukinem Tumini Turiyah Tuti Udin Umar
Umi Untung Utami Wagiman Wagini Wahyu Wahyuni Wahyudi Warsito Wati Wawan Wayan Wibowo Widi
Widodo Wiji Winarni Winarto Wiwik Wulan Yanti Yanto Yayuk Yati Yohana Yohanes Yudi Yulia Yuliana
Yuni Yunita Yusuf Zaenal Zainab Zainal
"""
GIVEN: Final = frozenset(_GIVEN.split())
"""Names that are common in Java and on the coast of Kalimantan, and hardly ever another word at
the place where a capital letter stands."""

ORDINARY: Final = (
    # Who and what a Puskesmas consists of, capitalised as people like to.
    r"puskesmas|pustu|posyandu|polindes|poskesdes|poli|loket|ugd|igd|kia|kb|bpjs|jkn|kis|gigi|umum|"
    r"desa|dusun|kelurahan|kecamatan|kabupaten|kota|kepala|ketua|dinas|kesehatan|rumah|sakit|ruang|"
    r"farmasi|apotek|laboratorium|lab|pendaftaran|kasir|jaga|piket|parkir|kebersihan|keamanan|"
    r"imunisasi|prolanis|lansia|anak|spesialis|pelaksana|penanggung|kandungan|peserta|"
    # What goes on after a title without being a name.
    r"yang|itu|ini|tadi|tersebut|saya|kami|kita|dia|mereka|anda|nya|dan|atau|di|ke|dari|pada|untuk|"
    r"hamil|menyusui|nifas|bersalin|melahirkan|rumahan|pasien|pelapor|petugas|perawat|dokter|bidan|"
    r"suster|tidak|tak|belum|sudah|sedang|akan|bisa|harus|mau|ada|masih|juga|saja|pun|lagi|baru|"
    r"datang|bilang|kata|katanya|minta|mohon|tolong|ingin|kapan|kenapa|mengapa|bagaimana|apa|apakah|"
    r"di|dalam|depan|luar|sana|sini|semua|para|satu|dua|tiga|banyak|beberapa|lain|muda|tua|"
    r"kandung|tiri|angkat|mertua|kos|kost|guru|rt|rw|lurah|camat|kades|haji|kader|"
    # What begins a sentence or stands in it with a capital letter.
    r"senin|selasa|rabu|kamis|jumat|sabtu|minggu|januari|februari|maret|april|mei|juni|juli|agustus|"
    r"september|oktober|november|desember|ramadan|lebaran|idulfitri|natal|indonesia|jawa|"
    r"terima|kasih|selamat|wib|wita|wit|rp|no|nomor|nik|ktp|kk|sep|rm|sim|hp|wa|tv|ac|wc|"
    r"bangga|kecewa|senang|sedih|setuju|berharap|harap|menunggu|antre|antri|sakit|kurang|selalu|"
    r"kantin|warung|tukang|sangat|sekali|lama|pagi|siang|sore|malam|kemarin|besok|panas|rewel|demam"
)
"""Words that are no name where a name would stand, in any case."""
