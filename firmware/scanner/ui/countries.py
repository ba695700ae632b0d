# Names of countries in short form by their ISO 3166-1 alpha-2 code: one string, searched, because a dictionary of
# 250 entries would take 16 KB of memory and this takes 4.

_NAMES = (
    ";ADAndorra;AEUnited Arab Emirates;AFAfghanistan;AGAntigua and Barbuda;AIAnguilla;ALAlbania;"
    "AMArmenia;AOAngola;AQAntarctica;ARArgentina;ASAmerican Samoa;ATAustria;AUAustralia;AWAruba;"
    "AXÅland Islands;AZAzerbaijan;BABosnia and Herzegovina;BBBarbados;BDBangladesh;BEBelgium;"
    "BFBurkina Faso;BGBulgaria;BHBahrain;BIBurundi;BJBenin;BLSaint Barthélemy;BMBermuda;BNBrunei;"
    "BOBolivia;BQCaribbean Netherlands;BRBrazil;BSBahamas;BTBhutan;BVBouvet Island;BWBotswana;"
    "BYBelarus;BZBelize;CACanada;CCCocos Islands;CDDR Congo;CFCentral African Republic;CGCongo;"
    "CHSwitzerland;CICôte d’Ivoire;CKCook Islands;CLChile;CMCameroon;CNChina;COColombia;CRCosta Rica;"
    "CUCuba;CVCabo Verde;CWCuraçao;CXChristmas Island;CYCyprus;CZCzechia;DEGermany;DJDjibouti;"
    "DKDenmark;DMDominica;DODominican Republic;DZAlgeria;ECEcuador;EEEstonia;EGEgypt;"
    "EHWestern Sahara;EREritrea;ESSpain;ETEthiopia;EUEuropean Union;FIFinland;FJFiji;"
    "FKFalkland Islands;FMMicronesia;FOFaroe Islands;FRFrance;GAGabon;GBUnited Kingdom;GDGrenada;"
    "GEGeorgia;GFFrench Guiana;GGGuernsey;GHGhana;GIGibraltar;GLGreenland;GMGambia;GNGuinea;"
    "GPGuadeloupe;GQEquatorial Guinea;GRGreece;GSSouth Georgia;GTGuatemala;GUGuam;GWGuinea-Bissau;"
    "GYGuyana;HKHong Kong;HMHeard Island and McDonald Islands;HNHonduras;HRCroatia;HTHaiti;HUHungary;"
    "IDIndonesia;IEIreland;ILIsrael;IMIsle of Man;INIndia;IOBritish Indian Ocean;IQIraq;IRIran;"
    "ISIceland;ITItaly;JEJersey;JMJamaica;JOJordan;JPJapan;KEKenya;KGKyrgyzstan;KHCambodia;"
    "KIKiribati;KMComoros;KNSaint Kitts and Nevis;KPNorth Korea;KRSouth Korea;KWKuwait;"
    "KYCayman Islands;KZKazakhstan;LALaos;LBLebanon;LCSaint Lucia;LILiechtenstein;LKSri Lanka;"
    "LRLiberia;LSLesotho;LTLithuania;LULuxembourg;LVLatvia;LYLibya;MAMorocco;MCMonaco;MDMoldova;"
    "MEMontenegro;MFSaint Martin;MGMadagascar;MHMarshall Islands;MKNorth Macedonia;MLMali;MMMyanmar;"
    "MNMongolia;MOMacao;MPNorthern Mariana Islands;MQMartinique;MRMauritania;MSMontserrat;MTMalta;"
    "MUMauritius;MVMaldives;MWMalawi;MXMexico;MYMalaysia;MZMozambique;NANamibia;NCNew Caledonia;"
    "NENiger;NFNorfolk Island;NGNigeria;NINicaragua;NLNetherlands;NONorway;NPNepal;NRNauru;NUNiue;"
    "NZNew Zealand;OMOman;PAPanama;PEPeru;PFFrench Polynesia;PGPapua New Guinea;PHPhilippines;"
    "PKPakistan;PLPoland;PMSaint Pierre;PNPitcairn;PRPuerto Rico;PSPalestine;PTPortugal;PWPalau;"
    "PYParaguay;QAQatar;RERéunion;RORomania;RSSerbia;RURussia;RWRwanda;SASaudi Arabia;"
    "SBSolomon Islands;SCSeychelles;SDSudan;SESweden;SGSingapore;SHSaint Helena;SISlovenia;"
    "SJSvalbard and Jan Mayen;SKSlovakia;SLSierra Leone;SMSan Marino;SNSenegal;SOSomalia;SRSuriname;"
    "SSSouth Sudan;STSão Tomé and Príncipe;SVEl Salvador;SXSint Maarten;SYSyria;SZEswatini;"
    "TCTurks and Caicos Islands;TDChad;TFFrench Southern Territories;TGTogo;THThailand;TJTajikistan;"
    "TKTokelau;TLTimor-Leste;TMTurkmenistan;TNTunisia;TOTonga;TRTürkiye;TTTrinidad and Tobago;"
    "TVTuvalu;TWTaiwan;TZTanzania;UAUkraine;UGUganda;UMUS Outlying Islands;UNUnited Nations;"
    "USUnited States;UYUruguay;UZUzbekistan;VAHoly See;VCSaint Vincent;VEVenezuela;"
    "VGBritish Virgin Islands;VIUS Virgin Islands;VNViet Nam;VUVanuatu;WFWallis and Futuna;WSSamoa;"
    "XKKosovo;YEYemen;YTMayotte;ZASouth Africa;ZMZambia;ZWZimbabwe;"
)


def country(code):
    """The country's name, or "" for a code that is none."""
    if not code or len(code) != 2 or not code.isalpha():
        return ""
    start = _NAMES.find(";" + code.upper())
    return _NAMES[start + 3 : _NAMES.find(";", start + 1)] if start >= 0 else ""
