"""FER2013: 35,887 stills of faces from the web, seven expressions."""
